"""Names that say that a secret follows, and the decision whether what follows is one."""
