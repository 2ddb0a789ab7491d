"""What records look like from outside, over HTTP and at the command line alike. No web framework is needed here."""
