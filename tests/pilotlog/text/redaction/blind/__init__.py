"""Three corpora by authors who had not seen the rules: secrets in their forms, and ordinary lines.

Each has ``cases.cases(seed)``, texts of whole messages with the secrets that must not survive and what must, and
``ordinary.txt.gz``, lines without any secret. The figures at first sight are in the administrator guide; the rules were
bettered with ``first`` afterwards, and measured anew with ``second``, which their author had still not seen, and so with
``third``.
"""
