"""What the policy and the judge of approvals read of the records, for one proposal or all. Raw, as each file says."""
