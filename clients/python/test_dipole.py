"""The client against the tables of docs/protocol.md, and against a main that says what a test wants.

python3 -m unittest discover clients/python
"""

import datetime
import math
import os
import re
import socket
import unittest
from unittest import mock

import dipole
from dipole import (ArrayBuffer, BadValue, BigInt, Boxed, CallFailed, Closed, Date, HandlerFailed, HOLE, JsArray,
                    JsError, LoadRefused, Map, NotCloneable, RegExp, Set, TooLarge, View, byte_string, decode, encode,
                    text, undefined, varint)

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/protocol.md")
with open(PAGE, encoding="utf-8") as page:
    LINES = [line.rstrip("\n") for line in page]


def golden(messages):
    """The rows of the tables of golden bytes, of messages or of values."""
    found = {}
    for line in LINES:
        row = re.fullmatch(r"\| (.*) \| `([0-9a-f]{2}(?: [0-9a-f]{2})*)` \|", line)
        if row and row[1].startswith("`") == messages:
            found[row[1]] = bytes.fromhex(row[2])
    return found


def rejected(heading):
    """The rows of the table of rejected input with that heading."""
    start = next(i for i, line in enumerate(LINES) if line.startswith(f"| {heading} |"))
    for line in LINES[start + 2:]:
        row = re.fullmatch(r"\| (.*) \| `(.*)` \| (\d+) \|", line)
        if not row:
            return
        yield row[1], bytes.fromhex(row[2]), int(row[3])


class Main:
    """The other side of a link: it writes what it likes, and reads frames."""

    def __init__(self, welcome=True):
        ours, theirs = socket.socketpair()
        self.socket = ours
        self.socket.settimeout(5)
        fd = theirs.detach()
        self.ipc = dipole.IpcRenderer(dipole._Stream(fd, fd))
        if welcome:
            self.says(varint(dipole.WELCOME) + varint(2) + varint(1) + varint(1) + varint(64 << 20) + varint(0))
            self.ipc.run_once()

    def __del__(self):
        self.socket.close()
        if self.ipc._closed is None:
            self.ipc._stream.close()

    def raw(self, data):
        self.socket.sendall(data)

    def says(self, *messages):
        for message in messages:
            self.raw(len(message).to_bytes(4, "little") + message)

    def hears(self):
        """The next message of the renderer, None at the end."""
        head = self.socket.recv(4, socket.MSG_WAITALL)
        return self.socket.recv(int.from_bytes(head, "little"), socket.MSG_WAITALL) if head else None

    def asks(self, number, channel, *args, space=dipole.USER):
        head = varint(dipole.INVOKE) + varint(number) + varint(space) + text(channel)
        self.says(head + byte_string(encode(list(args))))

    def sends(self, channel, *args, space=dipole.USER):
        self.says(varint(dipole.SEND) + varint(space) + text(channel) + byte_string(encode(list(args))))

    def posts(self, channel, numbers, message):
        self.says(varint(dipole.POST) + text(channel) + dipole._numbers(numbers) + byte_string(message))

    def answers(self, number, status, value=b""):
        self.says(varint(dipole.REPLY) + varint(number) + varint(status) + byte_string(value))

    def hears_reply(self):
        reader = dipole.Reader(self.hears())
        assert reader.varint() == dipole.REPLY
        return reader.varint(), dipole.STATUS[reader.varint()], decode(reader.byte_string())


class TheProtocolsPage(unittest.TestCase):
    def test_its_values_are_read_and_written_again(self):
        self.assertGreater(len(golden(False)), 15)
        for name, data in golden(False).items():
            with self.subTest(name):
                self.assertEqual(encode(decode(data)), data)

    def test_its_messages_are_what_the_verbs_write(self):
        rows, main = golden(True), Main()
        with mock.patch("os.getpid", lambda: 7):
            name = '`Hello` versions 1 to 2, pid 7, max_frame 256, no token, sandbox "none", foreign, capabilities 5'
            self.assertEqual(dipole.hello(256, 5), rows[name])
        main.answers(1, dipole.OK, encode(9))
        main.answers(2, dipole.OK, encode(9))
        self.assertEqual(main.ipc.invoke("add", 4, 5), 9)
        self.assertEqual(main.hears(), rows['`Invoke` id 1, "add", [4, 5]'])
        main.ipc.send_sync("now")
        self.assertEqual(main.hears(), rows['`SendSync` id 2, "now", []'])
        main.ipc.send("log", "hi")
        self.assertEqual(main.hears(), rows['`Send` "log", ["hi"]'])
        here, there = main.ipc.message_channel()
        main.ipc.post_message("port", None, [there])
        self.assertEqual(main.hears(), rows['`Post` "port", port 1, null'])
        here.close()
        self.assertEqual(main.hears(), rows["`PortClose` 1"])
        main.ipc.close("done")
        self.assertEqual(main.hears(), rows['`Goodbye` 0, "done"'])

    def test_rejected_frames_close_the_link_with_their_number(self):
        for name, data, code in rejected("rejected frame"):
            with self.subTest(name):
                main = Main()
                main.raw(data)
                with self.assertRaises(Closed) as closed:
                    main.ipc.run_once(5)
                self.assertEqual((closed.exception.code, closed.exception.by_main), (code, False))
                reader = dipole.Reader(main.hears())
                self.assertEqual((reader.varint(), reader.varint()), (dipole.GOODBYE, code))
                self.assertIsNone(main.hears())

    def test_rejected_values_are_no_values(self):
        for name, data, _ in rejected("rejected value"):
            with self.subTest(name), self.assertRaises(BadValue):
                decode(data)


class Values(unittest.TestCase):
    def same(self, value):
        return decode(encode(value))

    def test_plain_values_come_back_as_they_were(self):
        for value in (None, True, False, 0, -1, 2**63 - 1, -2**63, 2**64 - 1, 0.5, 1e300, "", "hé😀\0", "a\ud83d",
                      "\udc00\ud800", [], [1, [2]], {}, {"a": 1, "": {"a": 2}}, b"\1\2", {"__proto__": 1}):
            with self.subTest(value=value):
                self.assertEqual(self.same(value), value)
        self.assertIs(self.same(undefined), undefined)
        self.assertIs(self.same(True), True)
        self.assertTrue(math.isnan(self.same(math.nan)))
        self.assertEqual(math.copysign(1, self.same(-0.0)), -1)

    def test_a_pair_of_surrogates_becomes_one_character(self):
        self.assertEqual(self.same("\ud83d\ude00"), "😀")

    def test_big_integers_stay_apart_from_numbers(self):
        for n in (0, 5, -2**64, 2**200 + 1):
            value = self.same(BigInt(n))
            self.assertEqual((type(value), int(value)), (BigInt, n))
        with self.assertRaises(NotCloneable):
            encode(2**64)

    def test_objects_come_back_with_what_they_have(self):
        made = self.same(Map([(1, "x"), ({}, Map())]))
        self.assertEqual((made.get(1), len(made), made.entries[1][0]), ("x", 2, {}))
        self.assertEqual(self.same(Set([1, "a", [2]])).items, [1, "a", [2]])
        self.assertEqual(self.same({"s": {1}})["s"].items, [1])
        self.assertEqual(self.same(Date(-1)).ms, -1)
        moment = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc)
        self.assertEqual(self.same(moment).to_datetime(), moment)
        regexp = self.same(RegExp(r"a\/b", "giu"))
        self.assertEqual((regexp.source, regexp.flags), (r"a\/b", "giu"))
        self.assertEqual(self.same(Boxed("s")).primitive, "s")
        buffer = self.same(ArrayBuffer(b"\0\0", 8))
        self.assertEqual((buffer.data, buffer.max_length), (b"\0\0", 8))
        self.assertEqual(self.same(View("Uint16", ArrayBuffer(b"\0\0\1\0"), 2)).tobytes(), b"\1\0")
        self.assertEqual(self.same([1, HOLE, 3, HOLE, HOLE]), [1, HOLE, 3, HOLE, HOLE])
        named = JsArray([1])
        named.named = {"x": "y"}
        self.assertEqual((self.same(named), self.same(named).named), ([1], {"x": "y"}))

    def test_errors_keep_their_class_and_cause(self):
        error = self.same(JsError("r", "RangeError", cause=JsError("inner", cause="deep")))
        self.assertEqual((error.name, error.message), ("RangeError", "r"))
        self.assertEqual(error.properties["cause"].properties["cause"], "deep")
        self.assertEqual(str(self.same(TypeError("no"))), "TypeError: no")
        self.assertEqual(str(self.same(KeyError("k"))), "Error: 'k'")

    def test_what_is_shared_or_cyclic_stays_so(self):
        loop, shared = [], {"q": 1}
        loop.append(loop)
        loop, shared = self.same([loop, [shared, shared]])
        self.assertIs(loop[0], loop)
        self.assertIs(shared[0], shared[1])
        itself = Map()
        itself.entries.append((itself, itself))
        itself = self.same(itself)
        self.assertIs(itself.entries[0][0], itself)
        buffer = ArrayBuffer(bytes(8))
        one, other, whole = self.same([View("Uint8", buffer, 0, 2), View("Uint8", buffer, 2, 6), buffer])
        self.assertTrue(one.buffer is other.buffer is whole)

    def test_what_cannot_travel_is_said_so(self):
        for value in (lambda: 1, object(), {1: 2}, Boxed([]), "x".join):
            with self.subTest(value=value), self.assertRaises(NotCloneable):
                encode([value])

    def test_neither_depth_nor_holes_take_more_than_they_may(self):
        nested = []
        for _ in range(1_998):
            nested = [nested]
        depth, inner = 1, self.same(nested)
        while inner:
            depth, inner = depth + 1, inner[0]
        self.assertEqual(depth, 1_999)
        for _ in range(10):
            nested = [nested]
        with self.assertRaises(TooLarge):
            encode(nested)
        holes = b"\x09\xfb\xff\xff"
        for data in (b"\x0b" * 100_000, b"\x0b\x09\xfc\xff\xff\xff\xff\x19", b"\x0b" + holes * 9 + b"\x19"):
            with self.assertRaises(TooLarge):
                decode(data)


class TheLink(unittest.TestCase):
    def test_every_outcome_of_a_call_is_told_apart(self):
        main = Main()
        described = {"text": "TypeError: no", "name": "TypeError", "message": "no", "code": "E", "stack": None}
        main.answers(1, dipole.FAILED, encode(described))
        with self.assertRaises(HandlerFailed) as failed:
            main.ipc.invoke("f")
        self.assertEqual((str(failed.exception), failed.exception.code), ("TypeError: no", "E"))
        main.answers(2, dipole.NO_HANDLER, encode("f"))
        with self.assertRaises(CallFailed) as failed:
            main.ipc.invoke("f")
        self.assertEqual(failed.exception.status, "NoHandler")
        main.answers(3, dipole.OK, b"\xff")
        with self.assertRaises(CallFailed) as failed:
            main.ipc.invoke("f")
        self.assertEqual(failed.exception.status, "BadReply")
        with self.assertRaises(TimeoutError):
            main.ipc.invoke("f", timeout=0)
        [main.hears() for _ in range(4)]
        self.assertEqual(main.hears(), varint(dipole.CANCEL) + varint(4))
        main.answers(4, dipole.OK, encode(1))
        main.answers(5, dipole.OK, encode(2))
        self.assertEqual(main.ipc.invoke("f"), 2, "the answer that crossed the cancellation is ignored")

    def test_handlers_answer_main(self):
        main = Main()

        def fail(*_):
            raise ValueError("no luck")

        main.ipc.handle("square", lambda n: n * n)
        main.ipc.handle("fail", fail)
        main.ipc.handle("function", lambda: fail)
        with self.assertRaises(ValueError):
            main.ipc.handle("square", fail)
        main.asks(1, "square", 7)
        main.asks(2, "fail")
        main.asks(3, "function")
        main.asks(4, "nobody")
        main.asks(5, "execute-javascript", "1", 0, space=dipole.SYSTEM)
        main.asks(6, "square", 1, 2)
        while main.ipc.run_once(0):
            pass
        self.assertEqual(main.hears_reply(), (1, "Ok", 49))
        number, status, error = main.hears_reply()
        self.assertEqual((number, status, error["text"]), (2, "Failed", "ValueError: no luck"))
        self.assertEqual(main.hears_reply()[:2], (3, "NotCloneable"))
        self.assertEqual(main.hears_reply(), (4, "NoHandler", "nobody"))
        self.assertEqual(main.hears_reply()[:2], (5, "NoHandler"))
        self.assertEqual(main.hears_reply()[:2], (6, "Failed"))

    def test_what_comes_during_send_sync_follows_afterwards_in_order(self):
        main, seen = Main(), []
        main.ipc.on("o", lambda event, n: seen.append(n))
        main.ipc.once("o", lambda event, n: seen.append("once"))
        main.sends("o", 1)
        main.answers(1, dipole.OK, encode(5))
        main.sends("o", 2)
        self.assertEqual((main.ipc.send_sync("s"), seen), (5, []))
        while main.ipc.run_once(0):
            pass
        self.assertEqual(seen, [1, "once", 2])

    def test_handlers_run_while_a_call_waits_and_not_within_each_other(self):
        main, seen = Main(), []

        def outer():
            seen.append("outer")
            seen.append(main.ipc.invoke("within"))
            return "done"

        main.ipc.handle("outer", outer)
        main.ipc.handle("inner", lambda: seen.append("inner"))
        main.asks(1, "outer")
        main.asks(2, "inner")
        main.answers(2, dipole.OK, encode("answer"))
        main.answers(1, dipole.OK, encode("last"))
        self.assertEqual(main.ipc.invoke("ask"), "last")
        self.assertEqual(seen, ["outer", "answer", "inner"])

    def test_ports_go_to_and_fro(self):
        main, seen = Main(), []
        here, there = main.ipc.message_channel()
        here.on_message = lambda event: seen.append((event.data, len(event.ports)))
        there.post_message("before it moved")
        here.post_message("waits in it")
        main.ipc.post_message("port", {"a": 1}, [there])
        main.hears()
        waited = main.hears()
        self.assertEqual(waited, varint(dipole.PORT_MESSAGE) + varint(1) + b"\0" + byte_string(encode("waits in it")))
        main.says(varint(dipole.PORT_MESSAGE) + varint(1) + dipole._numbers([2]) + byte_string(encode("with a port")))
        self.assertTrue(main.ipc.run_once(5))
        self.assertEqual(seen, [("before it moved", 0), ("with a port", 1)])
        main.says(varint(dipole.PORT_CLOSE) + varint(1))
        closed = []
        here.on_close = lambda: closed.append(True)
        main.ipc.run_once(5)
        self.assertTrue(closed and here.closed)
        here.post_message("nothing happens")
        with self.assertRaises(NotCloneable):
            main.ipc.post_message("port", 1, [here])

    def test_a_port_of_main_that_is_given_back_goes_through_this_process(self):
        main = Main()
        main.ipc.on("give", lambda event, message: main.ipc.post_message("back", message, event.ports))
        main.posts("give", [2], encode("x"))
        main.ipc.run_once(5)
        given_back = varint(dipole.POST) + text("back") + dipole._numbers([1]) + byte_string(encode("x"))
        self.assertEqual(main.hears(), given_back)
        message = byte_string(encode("y"))
        main.says(varint(dipole.PORT_MESSAGE) + varint(2) + b"\0" + message, varint(dipole.PORT_CLOSE) + varint(2))
        main.ipc.run_once(5)
        main.ipc.run_once(5)
        self.assertEqual(main.hears(), varint(dipole.PORT_MESSAGE) + varint(1) + b"\0" + message)
        self.assertEqual(main.hears(), varint(dipole.PORT_CLOSE) + varint(1))

    def test_a_late_message_to_a_closed_port_is_ignored_and_its_ports_close(self):
        main = Main()
        here, there = main.ipc.message_channel()
        main.ipc.post_message("port", None, [there])
        here.close()
        main.says(varint(dipole.PORT_MESSAGE) + varint(1) + dipole._numbers([2]) + byte_string(encode("late")))
        main.ipc.run_once(5)
        main.hears(), main.hears()
        self.assertEqual(main.hears(), varint(dipole.PORT_CLOSE) + varint(2))

    def test_a_page_is_taken_or_turned_down(self):
        main = Main()
        main.sends("load", {"url": "about:blank", "navigation": 3}, space=dipole.SYSTEM)
        main.ipc.run_once(5)
        loaded = encode(["did-finish-load", {"navigation": 3, "url": "about:blank"}])
        self.assertEqual(main.hears(), dipole._send(dipole.SYSTEM, "load-event", loaded))

        def refuse(request):
            raise LoadRefused("ERR_ABORTED", -3)

        main.ipc.on_load = refuse
        main.sends("load", {"url": "file:///x", "navigation": 4}, space=dipole.SYSTEM)
        main.ipc.run_once(5)
        self.assertIn(encode("did-fail-load"), main.hears())

    def test_idleness_is_reported_with_true_counts_when_it_is_asked_for(self):
        main = Main()
        main.sends("watch-idle", space=dipole.SYSTEM)
        main.ipc.run_once(5)
        self.assertFalse(main.ipc.run_once(0))
        self.assertFalse(main.ipc.run_once(0))
        self.assertEqual(main.hears(), varint(dipole.IDLE) + varint(0) + varint(1) + b"\0")
        main.ipc.send("x")
        main.ipc.run_once(0)
        main.hears()
        self.assertEqual(main.hears(), varint(dipole.IDLE) + varint(1) + varint(1) + b"\0")

    def test_pings_are_answered_and_unknown_verbs_from_64_to_127_passed_over(self):
        main = Main()
        main.says(b"\x40", b"\x7f\xff\xff", varint(dipole.PING) + varint(2**64 - 1))
        while main.ipc.run_once(0):
            pass
        self.assertEqual(main.hears(), varint(dipole.PONG) + varint(2**64 - 1))

    def test_the_links_end_says_why(self):
        main = Main()
        main.says(varint(dipole.GOODBYE) + varint(10) + text("a bad value"))
        closed = main.ipc.serve()
        self.assertEqual((closed.code, closed.reason, closed.by_main), (10, "a bad value", True))
        with self.assertRaises(Closed):
            main.ipc.send("x")
        gone = Main()
        gone.socket.close()
        self.assertEqual(gone.ipc.serve().code, dipole.PEER_GONE)

    def test_the_reason_is_read_even_if_main_takes_nothing_any_more(self):
        main = Main()
        main.says(varint(dipole.SEND) + b"\0" + text("x") + byte_string(encode([])),
                  varint(dipole.GOODBYE) + varint(3) + text("why"))
        main.socket.shutdown(socket.SHUT_RDWR)
        with self.assertRaises(Closed) as closed:
            main.ipc.send("x")
        self.assertEqual((closed.exception.code, closed.exception.reason), (3, "why"))

    def test_a_refusal_is_told_and_so_is_an_old_main_spoken_to(self):
        main = Main(welcome=False)
        main.says(varint(dipole.REFUSE) + varint(7) + varint(8) + text("build both"))
        with self.assertRaises(Closed) as closed:
            main.ipc.run_once(5)
        self.assertEqual(closed.exception.code, dipole.VERSION_MISMATCH)
        old = Main(welcome=False)
        old.says(varint(dipole.WELCOME) + varint(1) + varint(1) + varint(1) + varint(1 << 20))
        old.ipc.run_once(5)
        self.assertEqual(old.ipc.version, 1)
        old.says(b"\x40")
        with self.assertRaises(Closed):
            old.ipc.run_once(5)

    def test_a_message_that_main_does_not_take_is_not_sent(self):
        main = Main()
        main.ipc._peer_frame = 100
        with self.assertRaises(TooLarge):
            main.ipc.send("x", bytes(200))
        with self.assertRaises(TooLarge):
            main.ipc.send("x" * 1_025)
        main.ipc.handle("large", lambda: bytes(200))
        main.asks(1, "large")
        main.ipc.run_once(5)
        self.assertEqual(main.hears(), dipole._reply(1, dipole.TOO_LARGE, b""))

    def test_a_process_that_main_has_not_started_is_told_so(self):
        with mock.patch.dict(os.environ, {"DIPOLE_LINK": "socket:1"}), self.assertRaises(dipole.NotARenderer):
            dipole.connect()


if __name__ == "__main__":
    unittest.main()
