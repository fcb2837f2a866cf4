"""The promises of every store. ``tests`` runs them on sqlite, ``integration_tests`` on MariaDB."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from PilotLoggingDIRAC.pilotlog.model import Delivery, Numbered, PilotId, State
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches as batches_table
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs as logs_table
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender

from .conftest import PILOT, batch, line


def numbered(*batches, start=1):
    return [Numbered(number, item) for number, item in enumerate(batches, start)]


class StoreContract:
    """Tests that take ``transactions`` of the store under test."""

    def text(self, transactions, pilot=PILOT):
        reader = SqlReader(transactions)
        return b"".join(text for part in reader.find(pilot) for _, text in reader.chunks(part))

    def appender(self, transactions, clock):
        return SqlAppender(transactions, clock)

    def test_text_reads_back_byte_for_byte_in_order(self, transactions, clock):
        texts = [
            b"half a li",
            b"ne\r\n",
            "π ≠ 3\n".encode(),
            b"\x1b[31mred\x00\n",
            random.Random(1).randbytes(2000).hex().encode(),
        ]
        self.appender(transactions, clock).append("e", numbered(*map(batch, texts)))
        assert self.text(transactions) == b"".join(texts)

    def test_text_larger_than_a_chunk_reads_back(self, transactions, clock):
        text = (("µ" * 1000 + "\n") * 1500).encode()
        self.appender(transactions, clock).append("e", numbered(batch(text)))
        assert self.text(transactions) == text

    def test_a_group_larger_than_the_database_takes_at_once_is_stored(self, transactions, clock):
        random_bytes = random.Random(1).randbytes
        texts = [b"".join(random_bytes(500).hex().encode() + b"\n" for _ in range(4000)) for _ in range(6)]
        self.appender(transactions, clock).append("e", numbered(*map(batch, texts)))
        assert self.text(transactions) == b"".join(texts)

    def test_a_group_offered_again_is_stored_once(self, transactions, clock):
        store = self.appender(transactions, clock)
        group = numbered(batch(b"a\n"), batch(b"b\n"))
        store.append("e", group)
        store.append("e", group)
        assert self.text(transactions) == b"a\nb\n"

    def test_the_new_part_of_a_group_offered_again_is_stored(self, transactions, clock):
        store = self.appender(transactions, clock)
        store.append("e", numbered(batch(b"a\n")))
        receipts = store.append("e", numbered(batch(b"a\n"), batch(b"b\n")))
        assert self.text(transactions) == b"a\nb\n"
        assert [receipt.stored_bytes for receipt in receipts] == [0, 2]

    def test_numbers_of_two_writers_do_not_hide_each_other(self, transactions, clock):
        store = self.appender(transactions, clock)
        store.append("one", numbered(batch(b"a\n"), start=7))
        store.append("two", numbered(batch(b"b\n"), start=3))
        assert self.text(transactions) == b"a\nb\n"

    def test_a_message_sent_again_with_more_is_stored_once(self, transactions, clock):
        store = self.appender(transactions, clock)
        store.append("e", numbered(batch(line("one"))))
        store.append("e", numbered(batch(line("one") + line("two")), start=2))
        store.append("e", numbered(batch(line("one") + line("two") + line("three")), start=3))
        assert self.text(transactions) == line("one") + line("two") + line("three")

    def test_program_output_is_stored_again_if_and_only_if_the_first_was_answered(self, transactions, clock):
        store, known = self.appender(transactions, clock), ((1, Delivery.ARRIVED), (2, Delivery.BROKEN))
        for number in (1, 2, 3):
            message = replace(batch(b"tick\n"), name=number, answers=known[: number - 1])
            store.append("e", [Numbered(number, message)])
        stored = self.text(transactions)
        assert stored.count(b"tick\n") == 2
        assert b"5 bytes are left out here: sent again after a message that was not answered" in stored

    def test_logs_of_two_vos_with_one_stamp_are_apart(self, transactions, clock):
        other = PilotId("beta_vo", PILOT.stamp)
        self.appender(transactions, clock).append("e", numbered(batch(b"a\n"), batch(b"b\n", pilot=other)))
        assert self.text(transactions) == b"a\n"
        assert self.text(transactions, other) == b"b\n"

    def test_names_differing_in_case_are_two_logs(self, transactions, clock):
        upper = PilotId(PILOT.vo, PILOT.stamp.upper())
        self.appender(transactions, clock).append("e", numbered(batch(b"a\n"), batch(b"b\n", pilot=upper)))
        assert self.text(transactions) == b"a\n"

    def test_counts_follow_the_text(self, transactions, clock):
        self.appender(transactions, clock).append("e", numbered(batch(b"a\nb"), batch(b"\nc\n")))
        (log,) = SqlReader(transactions).find(PILOT)
        assert (log.lines, log.bytes, log.next_sequence) == (3, 6, 2)

    def test_finalised_twice_has_the_worse_return_code_and_lists_both(self, transactions, clock):
        group = numbered(batch(b"a\n"), batch(return_code="1"), batch(return_code="0"))
        self.appender(transactions, clock).append("e", group)
        (log,) = SqlReader(transactions).find(PILOT)
        assert (log.state, log.return_code, log.codes) == (State.COMPLETE, "1", ("1", "0"))

    def test_text_of_several_senders_keeps_their_addresses(self, transactions, clock):
        messages = [replace(batch(b"a\n"), sender=sender) for sender in ("192.0.2.1", "192.0.2.2")]
        self.appender(transactions, clock).append("e", numbered(*messages))
        (log,) = SqlReader(transactions).find(PILOT)
        assert log.addresses == ("192.0.2.1", "192.0.2.2")

    def test_text_for_a_purged_log_opens_a_next_part(self, transactions, clock):
        store = self.appender(transactions, clock)
        store.append("e", numbered(batch(line("first life"))))
        self.purge(transactions)
        store.append("e", numbered(batch(line("first life") + line("second life")), start=2))
        parts = SqlReader(transactions).find(PILOT)
        assert [part.part for part in parts] == [1, 2]
        assert self.text(transactions) == line("second life")

    def test_text_sent_again_for_a_purged_log_opens_nothing(self, transactions, clock):
        store = self.appender(transactions, clock)
        store.append("e", numbered(batch(line("first life"))))
        self.purge(transactions)
        store.append("e", numbered(batch(line("first life")), batch(return_code="0"), start=2))
        (log,) = SqlReader(transactions).find(PILOT)
        assert (log.state, log.return_code) == (State.PURGED, "0")

    def test_stamp_that_is_used_again_long_after_the_purge_opens_a_next_part(self, transactions, clock):
        store = SqlAppender(transactions, clock, accept_late=timedelta(days=30))
        store.append("e", numbered(batch(line("first life")), batch(return_code="0")))
        self.purge(transactions)
        clock.forward(days=31)
        again = [batch(line("second life"), received=clock()), batch(return_code="1", received=clock())]
        for number, item in enumerate(again, 3):
            (receipt,) = store.append("e", [Numbered(number, item)])
            assert receipt.stored_bytes == len(item.text)
        first, second = SqlReader(transactions).find(PILOT)
        assert (first.state, first.return_code) == (State.PURGED, "0")
        assert (second.part, second.state, second.return_code) == (2, State.COMPLETE, "1")
        assert self.text(transactions) == line("second life")

    def test_mark_alone_long_after_the_purge_opens_a_next_part_as_text_does(self, transactions, clock):
        store = SqlAppender(transactions, clock, accept_late=timedelta(days=30))
        store.append("e", numbered(batch(line("first life")), batch(return_code="0")))
        self.purge(transactions)
        clock.forward(days=31)
        store.append("e", numbered(batch(return_code="1", received=clock()), start=3))
        parts = SqlReader(transactions).find(PILOT)
        assert [(part.part, part.return_code) for part in parts] == [(1, "0"), (2, "1")]

    def purge(self, transactions):
        def step(connection):
            connection.execute(batches_table.delete().where(batches_table.c.LogID > 0))
            connection.execute(logs_table.update().values(State=State.PURGED.value))

        transactions.run(step)

    def test_many_writers_at_once_lose_and_double_nothing(self, transactions, clock):
        store = self.appender(transactions, clock)
        pilots = [PilotId("vo", f"{number:032x}") for number in range(5)]

        def write(writer):
            for number in range(1, 11):
                texts = [batch(line(f"w{writer} n{number}"), pilot=pilot) for pilot in pilots]
                store.append(f"epoch{writer}", numbered(*texts, start=number * 100))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        for pilot in pilots:
            lines = self.text(transactions, pilot).splitlines(keepends=True)
            assert sorted(lines) == sorted(line(f"w{w} n{n}") for w in range(4) for n in range(1, 11))
            for writer in range(4):
                mine = [item for item in lines if f"w{writer} ".encode() in item]
                assert mine == [line(f"w{writer} n{number}") for number in range(1, 11)]
