"""The rules by which the system decides alone, as they look from outside."""

from dataclasses import asdict

from assay.policies.queries import InForce
from assay.review.policy import Policy
from assay.web.views.records import PolicyView


def policy_view(current: InForce, applied: Policy) -> PolicyView:
    """`applied`: what comes of the newest version under the environment of this process."""
    in_force = {key: value for key, value in asdict(applied).items() if key != "version"}
    return PolicyView(version=current.version, document=current.document.as_stored(), in_force=in_force)
