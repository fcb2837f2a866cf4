"""Every bound and time limit by name, with its default. ``assembly`` fills them from the CS; the guide lists them.

Sizes in bytes, times in seconds unless the name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

MiB = 1024 * 1024
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Bounds and times of a collector's batches."""

    max_message_bytes: int = 4 * MiB
    answer_seconds: float = 4.5
    outcome_seconds: float = 0.5
    commit_seconds: float = 2.0
    group_wait_seconds: float = 0.012
    max_group_batches: int = 500
    max_group_bytes: int = 16 * MiB
    max_waiting_batches: int = 10_000
    max_waiting_bytes: int = 64 * MiB
    stop_seconds: float = 10.0
    accept_late_days: float = 30.0


@dataclass(frozen=True, slots=True)
class TextSettings:
    """Limits of stored text."""

    max_line_bytes: int = 1 * MiB
    max_log_bytes: int = 256 * MiB


@dataclass(frozen=True, slots=True)
class BodySettings:
    """Limits of a request over HTTPS, which hold before the caller is known."""

    max_body_bytes: int = 100 * MiB
    max_unpacked_bytes: int = 48 * MiB
    max_held_bytes: int = 4 * MiB
    max_body_seconds: float = 60.0
    max_receiving_bytes: int = 64 * MiB
    max_idle_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class QuotaSettings:
    """Limits of one VO at one collector within an hour; 0 is no limit."""

    max_bytes_per_hour: int = 10_000_000_000
    max_new_logs_per_hour: int = 100_000


@dataclass(frozen=True, slots=True)
class SpoolSettings:
    """Size of the spool, and intervals of probes while the database is away."""

    spool_max_mb: int = 2048
    probe_seconds: float = 2.0
    adopt_seconds: float = 60.0
    abandoned_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Time limits of the database and its connections, and tries of a step that lost a deadlock.

    ``prepare_seconds`` after one thread began to prepare the database, no other waits for that any more.
    """

    connect_seconds: int = 2
    read_seconds: int = 3
    lock_seconds: int = 2
    deadlock_tries: int = 8
    deadlock_pause_seconds: float = 0.02
    max_connections: int = 8
    connection_test_seconds: float = 0.1
    connection_idle_seconds: float = 60.0
    prepare_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """The database's clock, whose times decide, and how far a host's own may be from it."""

    max_clock_seconds: float = 60.0
    clock_refresh_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """Limits of one read."""

    page_bytes: int = 1 * MiB
    max_page_bytes: int = 4 * MiB
    max_whole_bytes: int = 64 * MiB
    max_whole_reads: int = 1
    whole_wait_seconds: float = 30.0
    stream_bytes: int = 256 * 1024
    max_streams: int = 8
    max_rows: int = 1000
    max_counted: int = 4_000
    threads: int = 4
    max_waiting_reads: int = 64
    send_seconds: float = 120.0
    identity_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Limits of one call of a search; the next call continues where it stopped."""

    search_seconds: float = 2.0
    search_bytes: int = 256 * MiB
    search_block_bytes: int = 2 * MiB
    search_hits: int = 500
    search_answer_bytes: int = 2 * MiB
    search_context_lines: int = 20
    search_line_bytes: int = 1 * MiB
    shown_line_bytes: int = 2048
    search_archived_logs: int = 8
    search_fetch_seconds: float = 30.0
    searches: int = 2
    search_turn_seconds: float = 0.3


@dataclass(frozen=True, slots=True)
class UsageSettings:
    """Disk of the database, in units of 10⁹ bytes; 0 is unknown."""

    database_disk_gb: float = 0.0


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Time limits of one log source and of the whole chain, below a DIRAC client's own 120 s, and of a source that may
    add to an answer that is there.
    """

    source_seconds: float = 40.0
    chain_seconds: float = 100.0
    supplement_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class JobOutputSettings:
    """Limits of the output of all pilots of a job; the time is below a DIRAC client's own 120 s."""

    job_output_seconds: float = 100.0
    job_pilots_at_once: int = 4


@dataclass(frozen=True, slots=True)
class SealSettings:
    """The silence after which a log without a finalise mark counts as ended."""

    silent_final_seconds: float = 1 * HOUR
    silent_unknown_seconds: float = 48 * HOUR
    silent_running_seconds: float = 48 * HOUR
    silent_reopened_seconds: float = 1 * HOUR
    page_logs: int = 500
    max_logs: int = 20_000

    @property
    def shortest_silence(self) -> float:
        """Return the seconds of silence before which no log is sealed."""
        return min(
            self.silent_final_seconds,
            self.silent_unknown_seconds,
            self.silent_running_seconds,
            self.silent_reopened_seconds,
        )


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """Times and numbers of archiving."""

    settle_seconds: float = 60.0
    lease_seconds: float = 900.0
    transfer_seconds: float = 600.0
    max_logs_per_cycle: int = 10_000
    workers: int = 4
    retry_seconds: float = 300.0
    max_retry_seconds: float = 6 * HOUR


@dataclass(frozen=True, slots=True)
class DiagnoseSettings:
    """Bounds of the diagnoses of one cycle; ``diagnose_logs`` 0 is none, ``unknown_groups`` 0 groups no failures.

    Logs heard of within ``diagnose_again_seconds`` are diagnosed again when rules have changed.
    """

    diagnose_logs: int = 10_000
    diagnose_seconds: float = 120.0
    diagnose_again_seconds: float = 1.0 * DAY
    unknown_groups: int = 1000


@dataclass(frozen=True, slots=True)
class CopySettings:
    """Looks at archived copies: before text is purged, and by reading a share of them each day (``scrub``)."""

    check_copies: int = 100
    check_bytes: int = 256 * MiB
    check_seconds: float = 300.0
    scrub_days: float = 90.0
    scrub_again_days: float = 1.0
    scrub_copies: int = 200
    scrub_bytes: int = 1024 * MiB


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """Retention of text, rows and files in seconds; 0 retains files on the storage element for ever."""

    batches_seconds: float = 7 * DAY
    kept_seconds: float = 30 * DAY
    rows_seconds: float = 365 * DAY
    files_seconds: float = 0.0
    deleted_seconds: float = 30 * DAY
    destinations_seconds: float = 7 * DAY
    logs_per_step: int = 100
    max_steps: int = 1000


@dataclass(frozen=True, slots=True)
class OwnershipSettings:
    """Interval and size of queries for the VOs of stamps, and bounds of what is remembered."""

    owner_lookup_seconds: float = 30.0
    owner_lookup_stamps: int = 500
    owner_known_seconds: float = 6 * HOUR
    owner_unknown_seconds: float = 600.0
    owner_max_stamps: int = 100_000


@dataclass(frozen=True, slots=True)
class StatusSettings:
    """The silence after which a running pilot is called silent, and the log of one that has ended is over."""

    status_silent_seconds: float = 300.0
    status_over_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """The time after which the same reading of a live log, or the same refusal, gets another line in the log."""

    audit_quiet_seconds: float = 300.0
    audit_max_remembered: int = 10_000


@dataclass(frozen=True, slots=True)
class PageSettings:
    """Limits of the web page, and its intervals."""

    tick_seconds: float = 0.25
    beat_seconds: float = 15.0
    watch_seconds: float = 600.0
    recheck_seconds: float = 15.0
    stalled_seconds: float = 30.0
    max_watchers: int = 200
    max_watchers_of_user: int = 20
    max_lines: int = 2000
    answer_bytes: int = 1 * MiB
    tail_bytes: int = MiB // 4
    line_bytes: int = 16 * 1024
    looked_line_bytes: int = 1 * MiB
    scan_bytes: int = 32 * MiB
    max_hits: int = 1000
    cache_bytes: int = 64 * MiB
    max_documents: int = 64
    copies_mb: int = 1024
    max_copies: int = 256
    fetches: int = 2
    max_rows: int = 200
    threads: int = 4
    max_waiting_reads: int = 64
    identity_seconds: float = 2.0
