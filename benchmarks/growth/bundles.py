"""An agent's steps with bundles, on a filled catalogue: one is made and written anew, one fails, all are removed."""

from datetime import timedelta

from PilotLoggingDIRAC.pilotlog.archive.bundles.custody import Packed
from PilotLoggingDIRAC.pilotlog.archive.custody import Content, CopyKey
from PilotLoggingDIRAC.pilotlog.archive.packing import Target, copy_name
from PilotLoggingDIRAC.pilotlog.model import Selection
from PilotLoggingDIRAC.pilotlog.stored_file import ByteRange

from .filling import vo

VO = vo(8)
LOGS = 3
_CONTENT = Content(3000, "0a1b2c3d")


def make_and_clear(db, now):
    """Do all steps once, with small bundles."""
    made, failed = (_record(db, now) for _ in range(2))
    db.custody.bundle_archived(made[0], "test")
    db.custody.bundle_failed(failed[0], "test", "no", now)
    bundle, packed = made
    new = _write_anew(db, bundle, packed)
    members = [copy for copy in db.custody.take_due_copies(now + timedelta(days=1), now, 5, 2**30) if copy.file.member]
    for copy in members[:1]:
        db.custody.checked(copy.key, "", copy.file.member.bundle)
        db.custody.checked(copy.key, "lost", copy.file.member.bundle)
    for one in (bundle, new, failed[0]):
        db.custody.forget_bundle(one, now)
    db.custody.delete_rows(vo(4), now - timedelta(days=300), True, 50)


def _record(db, now):
    """Record a bundle of the logs that are due; the bundle and what was packed into it."""
    soon = now + timedelta(minutes=15)
    claims = db.custody.claim("test", db.custody.due(VO, now, LOGS), soon)
    generations = db.custody.next_generations([claim.log.id for claim in claims])
    packed = [
        Packed(claim, generations[claim.log.id], ByteRange(place * 100, 100, 7)) for place, claim in enumerate(claims)
    ]
    target = Target("SE-1", f"/{VO}/pilots")
    bundle, lost = db.custody.record_bundle(VO, packed, lambda number: target.bundle(now, number, _CONTENT), soon)
    assert not lost
    return bundle, packed


def _write_anew(db, bundle, packed):
    """Delete a log of a bundle, and let the others have their places in a new one."""
    wanted = Selection(vos=(VO,), stamps=(packed[0].claim.log.pilot.stamp,))
    db.deleting.delete(db.deleting.page(wanted, 10), wanted)
    [(found, names)] = db.custody.bundles_with_deleted(VO, 5)
    assert (found.id, list(names)) == (bundle.id, [CopyKey(packed[0].claim.log.id, packed[0].generation)])
    target = Target("SE-1", "/x")
    new = db.custody.record_rewritten(bundle, lambda number: target.rewritten(bundle.file, number, _CONTENT))
    places = {copy_name(one.claim.log.pilot.stamp, one.claim.log.part, one.generation): one.place for one in packed[1:]}
    db.custody.replace_bundle(bundle, new, places)
    return new
