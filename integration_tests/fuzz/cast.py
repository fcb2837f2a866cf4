"""The cast of a fuzz run: users, logs, and the words by which a leak is known."""

import hashlib
import random
from dataclasses import dataclass

from ..stack import world

HOST, ANONYMOUS = "host", "anonymous"
#: Credentials and how often they are drawn.
USERS = {
    "pila": 40, "pilb": 15, "opal": 10, "opbert": 3, "alice": 5, "bob": 2, "sid": 2, "admin": 5, HOST: 8,
    "pila_limited": 2, "pila_nogroup": 3, "evil": 3, ANONYMOUS: 2,
}  # fmt: skip
#: Those for whom sendMessage and finaliseLogs are always HTTP 200, and the VO that they write for; hosts choose.
#: A proxy without a group gets the user's default one.
WRITERS = {
    "pila": world.ALPHA.name, "pilb": world.BETA.name, "opal": world.ALPHA.name, "opbert": world.BETA.name,
    "pila_limited": world.ALPHA.name, "pila_nogroup": world.ALPHA.name,
}  # fmt: skip
#: Those whose text may be in logs of any VO.
ANY_VO = (HOST, "admin")
#: In each string of each request, and so in stored text; in no message of an error, and not in the service's log.
CANARY = "c4nary!Bird"
#: Begins the second line of texts that try to write lines into the service's log.
FORGED = "f0rgedLine"
#: A module that no request may make a service import, and the file by which it tells that one did.
TRAP = "integration_tests.fuzz.trap"
TRAP_FILE = "a-request-imported-this"
STAMPS = 300
HONEST_LOGS = 60


def tag(user):
    """The word by which text of a user is known; the tags of two users differ in most characters."""
    return f"{CANARY}-{hashlib.sha256(user.encode()).hexdigest()[:16]}"


def honest_stamp(seed, vo, number):
    """The stamp of the n-th log of the honest pilot of a VO."""
    return _stamp(random.Random(f"{seed}/honest/{vo}/{number}"))


def _stamp(source):
    return f"{source.getrandbits(128):032x}"


@dataclass(frozen=True)
class Cast:
    """The logs of a run, by its seed."""

    seed: int

    def stamp(self, source, user):
        """A log to write to or to ask for; those of honest pilots only for users who may not write there."""
        if user not in WRITERS and user not in ANY_VO and source.random() < 0.3:
            return honest_stamp(self.seed, source.choice(world.VOS).name, source.randrange(HONEST_LOGS))
        if user in WRITERS and source.random() < 0.1:
            other = next(vo.name for vo in world.VOS if vo.name != WRITERS[user])
            return honest_stamp(self.seed, other, source.randrange(HONEST_LOGS))
        return _stamp(random.Random(f"{self.seed}/fuzz/{source.randrange(STAMPS)}"))

    @staticmethod
    def user(source):
        """Whose credentials to use."""
        return source.choices(list(USERS), list(USERS.values()))[0]
