"""Pilots' logs with the causes of their failures, by an author who had not seen the rules of the diagnosis.

``logs.logs("seen")`` and ``logs.logs("unseen")`` make the logs, always the same ones, from the data of a part;
``python -m tests.corpora.pilots.logs seen FOLDER`` writes them to files. Rules may be bettered with ``seen``; ``unseen``
is for the figure alone, with kinds and words of its own.

A part has

- ``cases_*.txt``: faults, each by hand, that are put into a pilot's run (``script.py`` explains the form); good runs too;
- ``noise.txt``: lines that do not matter, of which some are put into every run;
- ``kinds.csv``: what each kind means, so that it can be mapped to codes of rules (``unseen`` has only its additional ones);
- ``labels.csv``: of each log its kind, the responsible party, the line of the root cause (from 1), what happened, and a
  checksum of its text. Logs with two faults name the consequence and its line, too; the root counts. A consequence may be
  a kind on its own, or a mere echo: ``cs-unreachable`` after ``dns-failure``.

The run around a fault (``run``, ``stages``, ``agent``, ``world``, ``places``) has the shape of what the stock pilot, its
wrapper, DIRAC's programs, micromamba and pip print. Two of three logs are what a collector gets: their first line is
``Remote logger activated``, warnings are WARNING, standard error is lost. The others are a CE's output. All names are made up.

Good is a pilot that did its work, however loud: no job found, a job given back and another run, a user's program that
ended with an error code. Not good is what somebody has to act on; parties are site, vo, dirac, network, pilot and user.
"""
