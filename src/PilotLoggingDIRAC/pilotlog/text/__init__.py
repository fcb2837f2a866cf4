"""The text of pilots as it is stored and shown: limits, the resend rule, UTF-8, terminals, outline, redaction."""
