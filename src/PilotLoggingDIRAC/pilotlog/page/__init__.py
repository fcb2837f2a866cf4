"""The answers that the web page asks for: lines of any log, archived copies, the live tail."""
