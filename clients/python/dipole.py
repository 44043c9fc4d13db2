"""A renderer of Dipole in Python: Electron's ``ipcRenderer`` between two ordinary processes.

    import dipole

    ipc = dipole.connect()              # main has started this process
    print(ipc.invoke("add", 4, 5, 6))
    ipc.close()

or, to answer main until it ends the link:

    ipc = dipole.connect(lambda ipc: ipc.handle("square", lambda n: n * n))
    ipc.serve()

Standard library only, Python 3.9 or later. The protocol is docs/protocol.md. Everything here belongs to one thread.

**Values.** What travels is JavaScript's, by the structured clone algorithm, with shared and cyclic references:

====================================  ==========================================================================
Python                                JavaScript
====================================  ==========================================================================
``None``, ``undefined``               ``null``, ``undefined``
``bool``, ``int``, ``float``, ``str`` boolean, number, number, string (lone surrogates as they are in ``str``)
``BigInt``                            BigInt (a subclass of ``int``; plain integers have 64 bits at most)
``JsArray`` (``list``, ``tuple``)     array; a ``list``, whose holes are ``HOLE``
``dict`` with keys that are ``str``   object
``Map``, ``Set`` (``set``)            Map, Set
``Date`` (``datetime``)               Date
``JsError`` (any exception)           Error and its classes
``bytes`` (``bytearray``, ...)        ``Uint8Array`` with a buffer of its own
``ArrayBuffer``, ``View``             ArrayBuffer; the other typed arrays, DataView, and views that share a buffer
``RegExp``, ``Boxed``                 RegExp; ``Object(1)`` and its like
``MessagePort``                       MessagePort, in the messages that move it
====================================  ==========================================================================

What stands in parentheses can be sent and comes back as what stands before it.
"""

from __future__ import annotations

import collections
import datetime
import math
import os
import select
import stat
import struct
import time
from typing import Any, Callable, Deque, Dict, Iterable, Iterator, List, NoReturn, Optional, Sequence, Tuple
from typing import Set as SetOf

__all__ = [
    "ArrayBuffer", "BadMessage", "BadValue", "BigInt", "Boxed", "CallFailed", "Closed", "Date", "DipoleError", "Event",
    "HOLE", "HandlerFailed", "IpcRenderer", "JsArray", "JsError", "LoadRefused", "Map", "MessagePort", "NotARenderer",
    "NotCloneable", "RegExp", "Set", "TooLarge", "View", "connect", "decode", "encode", "undefined",
]

MAGIC = int.from_bytes(b"DIPL", "little")
OLDEST_VERSION, VERSION = 1, 2
FOREIGN = 2  # the role of a renderer that is no program of Dipole's own
MAX_FRAME, SMALLEST_FRAME = 64 << 20, 16
MAX_DEPTH, MAX_TOKENS, MAX_CHANNEL, MAX_PORTS, MAX_REQUESTS = 2_000, 4_000_000, 1_024, 256, 16_384

USER, SYSTEM = 0, 1
(HELLO, WELCOME, REFUSE, SEND, SEND_SYNC, INVOKE, REPLY, CANCEL, POST, PORT_MESSAGE, PORT_CLOSE, PING, PONG, IDLE,
 GOODBYE, PORT_DIRECT) = range(16)
IGNORABLE = range(64, 128)
UNCOUNTED = frozenset((HELLO, WELCOME, REFUSE, PING, PONG, IDLE, GOODBYE))

STATUS = ("Ok", "Failed", "NoHandler", "NeverReplied", "NotCloneable", "BadArguments", "Busy", "TooLarge", "Cancelled",
          "ShuttingDown")
OK, FAILED, NO_HANDLER, _, NOT_CLONEABLE, _, _, TOO_LARGE, _, _ = range(10)

REASONS = ("on purpose", "frame too large", "bad message", "unexpected verb", "unknown request", "request id reused",
           "bad port", "bad channel", "version mismatch", "bad handshake", "bad value", "too many requests",
           "peer gone", "queue full", "input or output failed")
(ON_PURPOSE, FRAME_TOO_LARGE, BAD_MESSAGE, UNEXPECTED_VERB, UNKNOWN_REQUEST, REQUEST_ID_REUSED, BAD_PORT, BAD_CHANNEL,
 VERSION_MISMATCH, BAD_HANDSHAKE, BAD_VALUE, TOO_MANY_REQUESTS, PEER_GONE, QUEUE_FULL, IO_FAILED) = range(15)


# ------------------------------------------------------------------------------------------------------- errors


class DipoleError(Exception):
    """The base of all errors of this module."""


class NotARenderer(DipoleError):
    """Main has not started this process."""


class BadMessage(DipoleError):
    """Bytes that are not what the protocol says. ``code`` is the number that the link is closed with."""

    def __init__(self, text: str, code: int = BAD_MESSAGE):
        super().__init__(text)
        self.code = code


class BadValue(BadMessage):
    """Bytes that are no value."""

    def __init__(self, text: str):
        super().__init__(text, BAD_VALUE)


class TooLarge(DipoleError):
    """A value or message that is larger or deeper than its receiver takes."""


class NotCloneable(DipoleError, TypeError):
    """A value, or a part of one, that cannot travel."""


class Closed(DipoleError):
    """The link has ended. ``code`` is the number of the reason, ``by_main`` whether main has said so."""

    def __init__(self, code: int, reason: str, by_main: bool = True):
        name = REASONS[code] if code < len(REASONS) else f"reason {code}"
        super().__init__(reason or name)
        self.code, self.reason, self.by_main = code, reason or name, by_main


class CallFailed(DipoleError):
    """A request ended without a result. ``status`` says how: ``NoHandler``, ``Busy``, ``BadArguments`` ..."""

    def __init__(self, status: str, text: str):
        super().__init__(text)
        self.status = status


class HandlerFailed(CallFailed):
    """Main's handler failed; the text is what ``String(error)`` gives there."""

    def __init__(self, value: Any):
        fields = value if isinstance(value, dict) else {}
        super().__init__("Failed", str(fields.get("text", value)))
        self.name, self.message, self.code = fields.get("name"), fields.get("message"), fields.get("code")
        self.stack, self.cause = fields.get("stack"), fields.get("cause")


class LoadRefused(DipoleError):
    """Raised by ``on_load``: the page cannot be shown. ``loadURL`` in main rejects with it."""

    def __init__(self, description: str = "ERR_FAILED", code: int = -2):
        super().__init__(description)
        self.code, self.description = code, description


# ------------------------------------------------------------------------------------------------------- values


class _Undefined:
    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> bool:
        return False


class _Hole:
    def __repr__(self) -> str:
        return "HOLE"


undefined = _Undefined()
"""JavaScript's ``undefined``."""
HOLE = _Hole()
"""An element that an array does not have."""
MOST_HOLES = 100_000
"""A value with more holes is not made: a message of a few bytes must not take memory without end."""

ERROR_CLASSES = ("Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError")
VIEW_KINDS = ("Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "Float16", "Float32", "Float64",
              "BigInt64", "BigUint64", "DataView")
_VIEW_SIZES = (1, 1, 1, 2, 2, 4, 4, 2, 4, 8, 8, 8, 1)


class BigInt(int):
    """JavaScript's BigInt, which is no number there."""

    def __repr__(self) -> str:
        return f"BigInt({int(self)})"


class JsArray(list):
    """JavaScript's array: a list that may have named properties besides its elements, in ``named``."""

    named: Optional[Dict[str, Any]] = None


class Map:
    """JavaScript's Map. Keys may be anything, so it is a list of pairs in their order: ``entries``."""

    def __init__(self, entries: Iterable[Tuple[Any, Any]] = ()):
        self.entries: List[Tuple[Any, Any]] = list(entries)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of the first key that equals ``key``."""
        return next((value for known, value in self.entries if known is key or known == key), default)

    def __iter__(self) -> Iterator[Tuple[Any, Any]]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


class Set:
    """JavaScript's Set: ``items`` in their order."""

    def __init__(self, items: Iterable[Any] = ()):
        self.items: List[Any] = list(items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class JsError(Exception):
    """JavaScript's Error, or one of its classes: ``name``, ``message``, and what else it has in ``properties``."""

    def __init__(self, message: str = "", name: str = "Error", **properties: Any):
        super().__init__(message)
        self.name = name if name in ERROR_CLASSES else "Error"
        self.properties: Dict[str, Any] = {**({"message": message} if message else {}), **properties}

    @property
    def message(self) -> str:
        """Its message, or nothing."""
        return str(self.properties.get("message", ""))

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.message else self.name


class Date:
    """JavaScript's Date: ``ms`` since 1970, NaN when it is invalid."""

    def __init__(self, ms: float):
        self.ms = float(ms)

    def to_datetime(self) -> datetime.datetime:
        """The same moment in UTC. ``ValueError`` or ``OverflowError`` where Python has no such moment."""
        return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(milliseconds=self.ms)


class RegExp:
    """JavaScript's RegExp."""

    def __init__(self, source: str, flags: str = ""):
        self.source, self.flags = source, flags


class Boxed:
    """A boolean, number, string or BigInt as an object."""

    def __init__(self, primitive: Any):
        self.primitive = primitive


class ArrayBuffer:
    """JavaScript's ArrayBuffer. ``max_length`` is its ``maxByteLength``, if it is resizable."""

    def __init__(self, data: bytes = b"", max_length: Optional[int] = None):
        self.data, self.max_length = bytearray(data), max_length


class View:
    """A typed array or DataView: ``kind`` is ``Uint16`` and so on, ``offset`` and ``length`` are in bytes."""

    def __init__(self, kind: str, buffer: ArrayBuffer, offset: int = 0, length: Optional[int] = None):
        self.kind, self.buffer, self.offset = kind, buffer, offset
        self.length = len(buffer.data) - offset if length is None else length

    def tobytes(self) -> bytes:
        """What it shows."""
        return bytes(self.buffer.data[self.offset:self.offset + self.length])


# ---------------------------------------------------------------------------------------------- primitive encodings


def varint(n: int) -> bytes:
    """A number of up to 64 bits."""
    if n <= 250:
        return bytes((n,))
    for mark, size in ((b"\xfb", 2), (b"\xfc", 4), (b"\xfd", 8)):
        if n < 1 << (8 * size):
            return mark + n.to_bytes(size, "little")
    raise NotCloneable(f"{n} has more than 64 bits: use BigInt")


def byte_string(data: bytes) -> bytes:
    """Bytes behind their length."""
    return varint(len(data)) + bytes(data)


def text(s: str) -> bytes:
    """UTF-8 behind its length."""
    try:
        return byte_string(s.encode())
    except UnicodeEncodeError:
        raise NotCloneable("a name with half of a surrogate pair cannot be sent") from None


def wtf8(s: str) -> bytes:
    """UTF-8 where halves of surrogate pairs that stand alone have three bytes."""
    try:
        return s.encode()
    except UnicodeEncodeError:
        joined = s.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return joined.encode("utf-8", "surrogatepass")


def _from_wtf8(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    try:
        s = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise BadValue("text that is not UTF-8") from None
    if any("\ud800" <= a <= "\udbff" and "\udc00" <= b <= "\udfff" for a, b in zip(s, s[1:])):
        raise BadValue("a pair of surrogates in place of one character")
    return s


class Reader:
    """Takes what a message or value consists of off its front."""

    __slots__ = ("data", "at", "error")

    def __init__(self, data: bytes, error: Callable[[str], Exception] = BadMessage):
        self.data, self.at, self.error = data, 0, error

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise self.error("it ends early")
        part, self.at = self.data[self.at:end], end
        return part

    def varint(self, bits: int = 64) -> int:
        n = self.take(1)[0]
        if n > 250:
            size = {251: 2, 252: 4, 253: 8}.get(n)
            if size is None:
                raise self.error("a number that begins with 254 or 255")
            n = int.from_bytes(self.take(size), "little")
        if n >> bits:
            raise self.error(f"a number of more than {bits} bits")
        return n

    def choice(self, count: int) -> int:
        n = self.varint()
        if n >= count:
            raise self.error(f"{n} stands for nothing")
        return n

    def flag(self) -> bool:
        n = self.take(1)[0]
        if n > 1:
            raise self.error("neither true nor false")
        return n == 1

    def f64(self) -> float:
        return float(struct.unpack("<d", self.take(8))[0])

    def byte_string(self) -> bytes:
        return self.take(self.varint())

    def text(self) -> str:
        try:
            return self.byte_string().decode()
        except UnicodeDecodeError:
            raise self.error("text that is not UTF-8") from None

    def at_end(self) -> bool:
        return self.at == len(self.data)

    def end(self) -> None:
        if not self.at_end():
            raise self.error(f"{len(self.data) - self.at} bytes too many")


# ------------------------------------------------------------------------------------------------ encoding values

_TRIVIAL = ((undefined, b"\x00"), (None, b"\x01"), (False, b"\x02"), (True, b"\x03"))
_END, _NO_MARK = b"\x19", object()
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def encode(value: Any, ports: Sequence["MessagePort"] = ()) -> bytes:
    """The bytes of a value; ``ports`` are those that move with its message.

    Raises NotCloneable for what has no counterpart in JavaScript, TooLarge for what nests too deeply.
    """
    out, objects, keys = bytearray(), {}, {}
    kept: List[Any] = []  # so that nothing gets the id of something that is gone
    places = {id(port): place for place, port in enumerate(ports)}

    def key(name: Any) -> None:
        if not isinstance(name, str):
            raise NotCloneable(f"a key of type {type(name).__name__}: objects have keys of text, use Map for others")
        if name in keys:
            out.extend(b"\x18" + varint(keys[name]))
        else:
            keys[name] = len(keys)
            out.extend(b"\x17" + byte_string(wtf8(name)))

    # What a container holds comes from a generator, which closes the container at its end: nothing recurses.
    def properties(of: Dict[Any, Any]) -> Iterator[Any]:
        for name, item in of.items():
            key(name)
            yield item
        out.extend(_END)

    def elements(items: Sequence[Any]) -> Iterator[Any]:
        holes = 0
        for item in items:
            if item is HOLE:
                holes += 1
                continue
            if holes:
                out.extend(b"\x09" + varint(holes))
                holes = 0
            yield item
        if holes:
            out.extend(b"\x09" + varint(holes))
        named = getattr(items, "named", None) or {}
        if any(_is_of_array(name) for name in named):
            raise NotCloneable("a named property of an array is its length or one of its elements")
        yield from properties(named)

    def members(of: Iterable[Any]) -> Iterator[Any]:
        yield from of
        out.extend(_END)

    open_containers: List[Iterator[Any]] = [iter((value,))]
    while open_containers:
        v = next(open_containers[-1], _NO_MARK)
        if v is _NO_MARK:
            open_containers.pop()
            continue
        mark = next((mark for known, mark in _TRIVIAL if v is known), None)
        if mark is not None:
            out.extend(mark)
        elif isinstance(v, BigInt):
            size = (abs(int(v)).bit_length() + 7) // 8
            out.extend(bytes((7, v < 0)) + byte_string(abs(int(v)).to_bytes(size, "little")))
        elif isinstance(v, int):
            n = int(v)
            if -(1 << 63) <= n < 1 << 63:
                out.extend(b"\x04" + varint(((n << 1) ^ (n >> 63)) & ((1 << 64) - 1)))
            elif n >= 0:
                out.extend(b"\x05" + varint(n))
            else:
                raise NotCloneable(f"{n} has more than 64 bits: use BigInt")
        elif isinstance(v, float):
            whole = v.is_integer() and abs(v) <= (1 << 53) and not (v == 0 and math.copysign(1, v) < 0)
            if whole:
                out.extend(b"\x04" + varint(((int(v) << 1) ^ (int(v) >> 63)) & ((1 << 64) - 1)))
            else:
                out.extend(b"\x06" + struct.pack("<d", v))
        elif isinstance(v, str):
            out.extend(b"\x08" + byte_string(wtf8(v)))
        elif id(v) in places:
            out.extend(b"\x16" + varint(places[id(v)]))
        elif id(v) in objects:
            out.extend(b"\x0a" + varint(objects[id(v)]))
        else:
            objects[id(v)] = len(objects)
            kept.append(v)
            inside = _encode_object(out, v, elements, properties, members)
            if inside is not None:
                open_containers.append(inside)
                if len(open_containers) > MAX_DEPTH:
                    raise TooLarge(f"the value is nested deeper than {MAX_DEPTH} levels")
    return bytes(out)


def _encode_object(out: bytearray, v: Any, elements: Any, properties: Any, members: Any) -> Optional[Iterator[Any]]:
    """Appends what an object begins with; what is inside of it, if it is not complete."""
    if isinstance(v, (list, tuple)):
        out.append(11)
        return elements(v)
    if isinstance(v, dict):
        out.append(12)
        return properties(v)
    if isinstance(v, Map):
        out.append(13)
        return members(part for entry in v.entries for part in entry)
    if isinstance(v, (Set, set, frozenset)):
        out.append(14)
        return members(v)
    if isinstance(v, BaseException):
        name = v.name if isinstance(v, JsError) else type(v).__name__
        out.append(15)
        out.extend(varint(ERROR_CLASSES.index(name) if name in ERROR_CLASSES else 0))
        return properties(v.properties if isinstance(v, JsError) else {"message": str(v)})
    if isinstance(v, Date):
        out.extend(b"\x10" + struct.pack("<d", v.ms))
    elif isinstance(v, datetime.datetime):
        seconds = (v.astimezone(datetime.timezone.utc) - _EPOCH).total_seconds()
        out.extend(b"\x10" + struct.pack("<d", math.floor(seconds * 1000)))
    elif isinstance(v, RegExp):
        out.extend(b"\x11" + byte_string(wtf8(v.source)) + text(v.flags))
    elif isinstance(v, Boxed):
        if not isinstance(v.primitive, (bool, int, float, str)):
            raise NotCloneable("only booleans, numbers, strings and BigInts can be boxed")
        out.append(18)
        return iter((v.primitive,))
    elif isinstance(v, ArrayBuffer):
        most = b"\x00" if v.max_length is None else b"\x01" + varint(v.max_length)
        out.extend(b"\x13" + most + byte_string(v.data))
    elif isinstance(v, View):
        out.extend(b"\x14" + varint(VIEW_KINDS.index(v.kind)) + varint(v.offset) + varint(v.length))
        return iter((v.buffer,))
    elif isinstance(v, (bytes, bytearray, memoryview)):
        out.extend(b"\x15" + byte_string(v))
    elif isinstance(v, MessagePort):
        raise NotCloneable("a port that is not among those that the message moves")
    else:
        raise NotCloneable(f"An object could not be cloned: {type(v).__name__}")
    return None


def _is_of_array(name: Any) -> bool:
    """Whether a property is what an array is made of: its length, or an element."""
    if not isinstance(name, str) or not name.isascii() or not name.isdigit():
        return name == "length"
    return str(int(name[:11])) == name and int(name) < (1 << 32) - 1


# ------------------------------------------------------------------------------------------------ decoding values


class _Open:
    """A container that is not closed yet, and what its next value is for."""

    __slots__ = ("kind", "into", "key", "has_key")

    def __init__(self, kind: str, into: Any):
        self.kind, self.into, self.key, self.has_key = kind, into, None, False


def decode(data: bytes, ports: Sequence["MessagePort"] = ()) -> Any:
    """The value of these bytes; ``ports`` are those that came with its message.

    Raises BadValue when they are none, TooLarge when the value is deeper or larger than this side takes.
    """
    return _Decoder(data, ports).run()


class _Decoder:
    def __init__(self, data: bytes, ports: Sequence["MessagePort"]):
        self.reader, self.ports = Reader(data, BadValue), ports
        self.objects: List[Any] = []
        self.keys: List[str] = []
        self.root: List[Any] = []
        self.hole_count = 0
        self.stack = [_Open("root", self.root)]

    def run(self) -> Any:
        reader, tokens = self.reader, 0
        while not self.root or len(self.stack) > 1:
            tokens += 1
            if tokens > MAX_TOKENS:
                raise TooLarge(f"the value has more than {MAX_TOKENS} parts")
            token = reader.choice(26)
            if token <= 3:
                self.put((undefined, None, False, True)[token])
            elif token <= 8 or token == 10:
                self.put(self.primitive(token))
            elif token == 9:
                self.holes(reader.varint(32))
            elif token == 22:
                place = reader.varint(32)
                if place >= len(self.ports):
                    raise BadValue(f"port {place} did not come with the message")
                self.put(self.ports[place])
            elif token == 23:
                self.keys.append(_from_wtf8(reader.byte_string()))
                self.name(self.keys[-1])
            elif token == 24:
                number = reader.varint(32)
                if number >= len(self.keys):
                    raise BadValue(f"key {number} has not come")
                self.name(self.keys[number])
            elif token == 25:
                self.close()
            else:
                self.object(token)
        reader.end()
        return self.root[0]

    def primitive(self, token: int) -> Any:
        reader = self.reader
        if token == 4:
            n = reader.varint()
            return (n >> 1) ^ -(n & 1)
        if token == 5:
            return reader.varint()
        if token == 6:
            return reader.f64()
        if token == 7:
            negative, magnitude = reader.flag(), reader.byte_string()
            if magnitude.endswith(b"\0") or (negative and not magnitude):
                raise BadValue("a BigInt that is not written as short as it can be")
            n = int.from_bytes(magnitude, "little")
            return BigInt(-n if negative else n)
        if token == 8:
            return _from_wtf8(reader.byte_string())
        number = reader.varint(32)
        if number >= len(self.objects):
            raise BadValue(f"object {number} has not come")
        return self.objects[number]

    def object(self, token: int) -> None:
        reader = self.reader
        if token == 11:
            self.made(JsArray(), "array")
        elif token == 12:
            self.made({}, "properties")
        elif token == 13:
            self.made(Map(), "map")
        elif token == 14:
            self.made(Set(), "set")
        elif token == 15:
            error = JsError(name=ERROR_CLASSES[reader.choice(len(ERROR_CLASSES))])
            self.made(error, "properties", error.properties)
        elif token == 16:
            self.made(Date(reader.f64()))
        elif token == 17:
            self.made(RegExp(_from_wtf8(reader.byte_string()), reader.text()))
        elif token == 18:
            self.made(Boxed(None), "boxed")
        elif token == 19:
            most = reader.varint() if reader.flag() else None
            data = reader.byte_string()
            if most is not None and len(data) > most:
                raise BadValue("a buffer above its own maximum")
            self.made(ArrayBuffer(data, most))
        elif token == 20:
            kind, offset, length = VIEW_KINDS[reader.choice(len(VIEW_KINDS))], reader.varint(), reader.varint()
            self.made(View(kind, ArrayBuffer(), offset, length), "view")
        else:
            self.made(reader.byte_string())

    def made(self, v: Any, kind: Optional[str] = None, into: Any = None) -> None:
        self.put(v)
        self.objects.append(v)
        if kind:
            self.stack.append(_Open(kind, v if into is None else into))
            if len(self.stack) > MAX_DEPTH + 1:
                raise TooLarge(f"the value is nested deeper than {MAX_DEPTH} levels")

    def put(self, v: Any) -> None:
        top = self.stack[-1]
        if top.kind in ("array", "root"):
            top.into.append(v)
        elif top.kind in ("properties", "named"):
            if not top.has_key:
                raise BadValue("a property without a key")
            top.into[top.key], top.has_key = v, False
        elif top.kind == "map":
            if top.has_key:
                top.into.entries.append((top.key, v))
            top.key, top.has_key = v, not top.has_key
        elif top.kind == "set":
            top.into.items.append(v)
        elif top.kind == "boxed":
            if v is undefined or v is None or not isinstance(v, (bool, int, float, str)):
                raise BadValue("a box of what is no primitive")
            top.into.primitive = v
            self.stack.pop()
        else:
            self.view(top.into, v)

    def view(self, view: View, buffer: Any) -> None:
        if not isinstance(buffer, ArrayBuffer):
            raise BadValue("a view of what is no buffer")
        size = _VIEW_SIZES[VIEW_KINDS.index(view.kind)]
        if view.offset + view.length > len(buffer.data) or view.offset % size or view.length % size:
            raise BadValue("a view that does not fit its buffer")
        view.buffer = buffer
        self.stack.pop()

    def holes(self, count: int) -> None:
        top = self.stack[-1]
        if top.kind != "array" or not count:
            raise BadValue("holes where none can be")
        self.hole_count += count
        if self.hole_count > MOST_HOLES:
            raise TooLarge(f"the value has more than {MOST_HOLES} holes")
        top.into.extend([HOLE] * count)

    def name(self, name: str) -> None:
        top = self.stack[-1]
        if top.kind == "array":  # its named properties begin
            top.into.named = {}
            top.kind, top.into = "named", top.into.named
        if top.kind == "named" and _is_of_array(name):
            raise BadValue(f"'{name}' as a named property of an array")
        if top.kind not in ("properties", "named") or top.has_key:
            raise BadValue("a key where none belongs")
        top.key, top.has_key = name, True

    def close(self) -> None:
        top = self.stack[-1]
        if top.kind in ("root", "boxed", "view") or top.has_key:
            raise BadValue("an end where a value belongs")
        self.stack.pop()


# ------------------------------------------------------------------------------------------------------ messages


def hello(max_frame: int = MAX_FRAME, capabilities: int = 0) -> bytes:
    """The first message of a foreign renderer."""
    return (varint(HELLO) + varint(MAGIC) + varint(OLDEST_VERSION) + varint(VERSION) + varint(os.getpid()) +
            varint(max_frame) + byte_string(b"") + text("none") + varint(FOREIGN) + varint(capabilities))


def _send(space: int, channel: str, args: bytes) -> bytes:
    return varint(SEND) + varint(space) + text(channel) + byte_string(args)


def _reply(number: int, status: int, value: bytes) -> bytes:
    return varint(REPLY) + varint(number) + varint(status) + byte_string(value)


def _numbers(ports: Sequence[int]) -> bytes:
    return byte_string(b"".join(number.to_bytes(8, "little") for number in ports))


# --------------------------------------------------------------------------------------------------------- ports


class Event:
    """What comes with a message of main or at a port: ``ports``, and for ports ``data``."""

    def __init__(self, data: Any = undefined, ports: Sequence["MessagePort"] = ()):
        self.data, self.ports = data, list(ports)


class MessagePort:
    """One end of a channel. Its other end is here (``IpcRenderer.message_channel``) or across the link.

    ``on_message`` is called with an Event for each message; what comes before it is set waits for it. ``on_close`` is
    called when the other end has gone.
    """

    def __init__(self, ipc: "IpcRenderer"):
        self._ipc = ipc
        self._number: Optional[int] = None  # where its other end is across the link
        self._peer: Optional[MessagePort] = None  # where it is here
        self._waiting: Deque[Event] = collections.deque()
        self._listener: Optional[Callable[[Event], Any]] = None
        self.on_close: Optional[Callable[[], Any]] = None
        self.closed = False

    @property
    def on_message(self) -> Optional[Callable[[Event], Any]]:
        """What takes the messages."""
        return self._listener

    @on_message.setter
    def on_message(self, listener: Optional[Callable[[Event], Any]]) -> None:
        self._listener = listener
        while self._waiting and self._listener is not None:
            self._listener(self._waiting.popleft())

    def post_message(self, message: Any, ports: Sequence["MessagePort"] = ()) -> None:
        """Sends a message to the other end, and moves ports along. Nothing happens when the channel is closed."""
        if self in ports:
            raise NotCloneable("a port cannot be sent through itself")
        data = encode(message, ports)
        if self.closed:
            return
        if self._peer is not None:
            self._peer._arrived(Event(decode(data, ports), ports))
        elif self._number is not None:
            self._ipc._port_message(self._number, data, ports)

    def close(self) -> None:
        """Closes the channel."""
        if not self.closed:
            self.closed = True
            if self._peer is not None:
                self._peer._ended()
            elif self._number is not None:
                self._ipc._port_close(self._number)

    def _arrived(self, event: Event) -> None:
        if self.closed:
            for port in event.ports:
                port.close()
        elif self._listener is not None:
            self._listener(event)
        else:
            self._waiting.append(event)

    def _ended(self) -> None:
        if not self.closed:
            self.closed = True
            if self.on_close is not None:
                self.on_close()


# ---------------------------------------------------------------------------------------------------------- link


class _Stream:
    """The bytes to and from main: one socket, or the two pipes of a launcher."""

    def __init__(self, source: int, sink: int):
        self.source, self.sink = source, sink
        self.buffer = bytearray()
        self.poll = select.poll()
        self.poll.register(source, select.POLLIN)

    def read_frame(self, limit: int, until: Optional[float]) -> Optional[bytes]:
        """The next frame; None when the time is over. EOFError at the end of the stream."""
        buffer = self.buffer
        while True:
            if len(buffer) >= 4:
                size = int.from_bytes(buffer[:4], "little")
                if size > limit:
                    raise BadMessage(f"a frame of {size} bytes, of which {limit} are allowed", FRAME_TOO_LARGE)
                if len(buffer) >= 4 + size:
                    frame = bytes(memoryview(buffer)[4:4 + size])
                    del buffer[:4 + size]
                    return frame
            if until is not None:
                left = until - time.monotonic()
                if not self.poll.poll(max(0, math.ceil(left * 1000))):
                    return None
            try:
                data = os.read(self.source, 1 << 18)
            except ConnectionError:
                data = b""
            if not data:
                raise EOFError
            buffer += data

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self.sink, rest):]

    def close(self) -> None:
        for descriptor in {self.source, self.sink}:
            os.close(descriptor)


class IpcRenderer:
    """The link of this process to main, with the verbs of Electron's ``ipcRenderer``.

    Listeners and handlers are called within ``serve``, ``run_once`` and, while it waits, ``invoke``. Within a listener
    or handler, and in ``send_sync``, nothing is called: what comes meanwhile follows afterwards, in its order.
    """

    def __init__(self, stream: _Stream, max_frame: int = MAX_FRAME):
        self._stream, self._max_frame, self._peer_frame = stream, max_frame, MAX_FRAME
        self._closed: Optional[Closed] = None
        self._next_request = self._next_port = 1
        self._last_asked, self._last_port = 0, 0
        self._waiting: Dict[int, Optional[Tuple[int, bytes]]] = {}
        self._ports: Dict[int, MessagePort] = {}
        self._bridges: Dict[int, int] = {}
        self._aside: Deque[bytes] = collections.deque()
        self._depth = 0
        self._listeners: Dict[str, List[Tuple[Callable[..., Any], bool]]] = {}
        self._handlers: Dict[str, Callable[..., Any]] = {}
        self._heard: SetOf[str] = set()
        self._sent = self._received = 0
        self._reports_idle, self._reported = False, (-1, -1)
        self.version, self.number, self.capabilities = 0, 0, 0
        self.on_load: Callable[[Dict[str, Any]], Any] = lambda request: None
        """Called with main's request to show a page (``url``, ``preload`` ...); may raise LoadRefused."""

    # --- verbs

    def send(self, channel: str, *args: Any) -> None:
        """Sends one way to ``ipcMain.on``."""
        self._write(_send(USER, self._channel(channel), encode(list(args))))

    def invoke(self, channel: str, *args: Any, timeout: Optional[float] = None) -> Any:
        """Asks ``ipcMain.handle`` and waits for the result.

        Raises HandlerFailed, CallFailed, TimeoutError (main is told that nobody waits any more) or Closed.
        """
        return self._ask(INVOKE, varint(USER), channel, args, timeout, self._depth == 0)

    def send_sync(self, channel: str, *args: Any, timeout: Optional[float] = 30.0) -> Any:
        """Asks a listener of ``ipcMain.on``, which sets ``event.returnValue``. As ``invoke``, but nothing else runs."""
        return self._ask(SEND_SYNC, b"", channel, args, timeout, False)

    def post_message(self, channel: str, message: Any, ports: Sequence[MessagePort] = ()) -> None:
        """Sends one message and moves ports with it."""
        self._channel(channel)
        data = encode(message, ports)
        self._move(ports, lambda numbers: varint(POST) + text(channel) + _numbers(numbers) + byte_string(data))

    def message_channel(self) -> Tuple[MessagePort, MessagePort]:
        """A new channel: its two ends."""
        one, other = MessagePort(self), MessagePort(self)
        one._peer, other._peer = other, one
        return one, other

    def on(self, channel: str, listener: Callable[..., Any]) -> None:
        """Calls ``listener(event, *args)`` with every message of the channel that main sends."""
        self._listeners.setdefault(channel, []).append((listener, False))

    def once(self, channel: str, listener: Callable[..., Any]) -> None:
        """As ``on``, for the next message alone."""
        self._listeners.setdefault(channel, []).append((listener, True))

    def remove_listener(self, channel: str, listener: Callable[..., Any]) -> None:
        """Removes the listener that was added last, if it is there."""
        entries = self._listeners.get(channel, [])
        for place in reversed(range(len(entries))):
            if entries[place][0] == listener:
                del entries[place]
                return

    def handle(self, channel: str, handler: Callable[..., Any]) -> None:
        """Answers main's requests of the channel with what ``handler(*args)`` returns or raises."""
        if channel in self._handlers:
            raise ValueError(f"Attempted to register a second handler for '{channel}'")
        self._handlers[channel] = handler

    def remove_handler(self, channel: str) -> None:
        """Removes the channel's handler, if it has one."""
        self._handlers.pop(channel, None)

    def serve(self) -> Closed:
        """Answers main until the link ends; how it ended."""
        try:
            while True:
                self.run_once(None)
        except Closed as closed:
            return closed

    def run_once(self, timeout: Optional[float] = 0.0) -> bool:
        """Waits for one message and handles it; False when none comes in time. Raises Closed."""
        frame = self._aside.popleft() if self._aside and self._depth == 0 else None
        if frame is None:
            if self._closed is not None:
                raise self._closed
            self._report_idle()
            frame = self._read(None if timeout is None else time.monotonic() + timeout)
        if frame is None:
            return False
        self._take(frame, True)
        return True

    def close(self, reason: str = "closed by the renderer") -> None:
        """Says goodbye to main and closes the link."""
        if self._closed is None:
            self._end(Closed(ON_PURPOSE, reason, by_main=False))

    # --- requests

    @staticmethod
    def _channel(channel: str) -> str:
        size = len(wtf8(channel))
        if size > MAX_CHANNEL:
            raise TooLarge(f"the channel name is {size} bytes long; at most {MAX_CHANNEL} are allowed")
        return channel

    def _ask(self, verb: int, space: bytes, channel: str, args: Tuple[Any, ...], timeout: Optional[float],
             runs: bool) -> Any:
        if len(self._waiting) >= MAX_REQUESTS:
            raise CallFailed("Busy", f"{MAX_REQUESTS} requests wait for an answer already")
        data = byte_string(encode(list(args)))
        number, until = self._next_request, None if timeout is None else time.monotonic() + timeout
        self._write(varint(verb) + varint(number) + space + text(self._channel(channel)) + data)
        self._next_request += 1
        self._waiting[number] = None
        try:
            while (answer := self._waiting[number]) is None:
                frame = self._aside.popleft() if runs and self._aside else self._read(until)
                if frame is None:
                    self._write(varint(CANCEL) + varint(number))
                    raise TimeoutError(f"'{channel}' did not answer within {timeout} s")
                self._take(frame, runs)
        finally:
            del self._waiting[number]
        return self._result(channel, *answer)

    def _result(self, channel: str, status: int, data: bytes) -> Any:
        try:
            value = decode(data) if data else undefined
        except (BadValue, TooLarge) as error:
            raise CallFailed("BadReply", f"the answer of '{channel}' cannot be read: {error}") from None
        if status == OK:
            return value
        if status == FAILED:
            raise HandlerFailed(value)
        name = STATUS[status]
        known = {NO_HANDLER: f"No handler registered for '{channel}'", NOT_CLONEABLE: "An object could not be cloned"}
        raise CallFailed(name, ": ".join([known.get(status, name), *([value] if isinstance(value, str) else [])]))

    # --- writing

    def _write(self, message: bytes) -> None:
        if self._closed is not None:
            raise self._closed
        if len(message) > min(self._peer_frame, self._max_frame):
            raise TooLarge(f"a message of {len(message)} bytes; main takes {self._peer_frame}")
        try:
            self._stream.write(len(message).to_bytes(4, "little") + message)
        except OSError:
            self._hear_the_end()
        self._sent += message[0] not in UNCOUNTED

    def _hear_the_end(self) -> NoReturn:
        """Main takes nothing any more. What it has said before is still there to be read, its reason last."""
        try:
            while (frame := self._stream.read_frame(self._max_frame, time.monotonic() + 1)) is not None:
                if frame[:1] in (bytes((GOODBYE,)), bytes((REFUSE,))):
                    self._receive(frame)
        except (EOFError, OSError, BadMessage):
            pass
        self._end(Closed(PEER_GONE, "main is gone", by_main=False))
        raise self._closed or Closed(PEER_GONE, "")

    def _end(self, closed: Closed) -> None:
        """The one end of a link: the first reason stays, main is told, every port hears of it."""
        if self._closed is not None:
            return
        self._closed = closed
        if not closed.by_main and closed.code != PEER_GONE:
            goodbye = varint(GOODBYE) + varint(closed.code) + text(closed.reason)
            try:
                self._stream.write(len(goodbye).to_bytes(4, "little") + goodbye)
            except OSError:
                pass
        self._stream.close()
        ports, self._ports = list(self._ports.values()), {}
        for port in ports:
            port._ended()

    # --- ports

    def _move(self, ports: Sequence[MessagePort], message: Callable[[List[int]], bytes]) -> None:
        """Sends the message that moves ports across. Each leaves its number to whoever holds the other end."""
        if len(set(map(id, ports))) != len(ports) or any(port.closed for port in ports):
            raise NotCloneable("a port that is closed, was moved before, or is twice in the list")
        if len(self._ports) + len(self._bridges) + len(ports) > MAX_PORTS:
            raise CallFailed("Busy", f"{MAX_PORTS} ports are open already")
        numbers = [self._next_port + 2 * i for i in range(len(ports))]
        self._write(message(numbers))
        self._next_port += 2 * len(ports)
        for port, number in zip(ports, numbers):
            port.closed = True  # here; the channel goes on
            if port._peer is not None:
                other = port._peer
                other._peer, other._number = None, number
                self._ports[number] = other
            elif port._number is not None:  # its other end is across the link too: this process passes messages on
                self._ports.pop(port._number, None)
                self._bridges[port._number], self._bridges[number] = number, port._number
            while port._waiting:
                event = port._waiting.popleft()
                self._port_message(number, encode(event.data, event.ports), event.ports)

    def _port_message(self, number: int, data: bytes, ports: Sequence[MessagePort]) -> None:
        self._move(ports, lambda numbers: varint(PORT_MESSAGE) + varint(number) + _numbers(numbers) + byte_string(data))

    def _port_close(self, number: int) -> None:
        if self._ports.pop(number, None) is not None and self._closed is None:
            self._write(varint(PORT_CLOSE) + varint(number))

    def _import(self, numbers: bytes) -> List[MessagePort]:
        """Ports that come with a message: main's numbers are even and count up."""
        if len(numbers) % 8:
            raise BadMessage("a list of ports that is cut short", BAD_PORT)
        made = []
        for at in range(0, len(numbers), 8):
            number = int.from_bytes(numbers[at:at + 8], "little")
            if number % 2 or number <= self._last_port:
                raise BadMessage(f"port {number} is no new port of main", BAD_PORT)
            if len(self._ports) >= MAX_PORTS:
                raise BadMessage(f"more than {MAX_PORTS} ports", BAD_PORT)
            self._last_port = number
            port = MessagePort(self)
            port._number = number
            self._ports[number] = port
            made.append(port)
        return made

    def _known_port(self, number: int) -> None:
        if not 0 < number <= (self._last_port if number % 2 == 0 else self._next_port - 2):
            raise BadMessage(f"port {number} was never moved across this link", BAD_PORT)

    # --- reading

    def _read(self, until: Optional[float]) -> Optional[bytes]:
        if self._closed is not None:
            raise self._closed
        try:
            return self._stream.read_frame(self._max_frame, until)
        except EOFError:
            self._end(Closed(PEER_GONE, "main is gone", by_main=False))
        except BadMessage as error:
            self._end(Closed(error.code, str(error), by_main=False))
        except OSError as error:
            self._end(Closed(IO_FAILED, str(error), by_main=False))
        raise self._closed or Closed(PEER_GONE, "")

    def _take(self, frame: bytes, runs: bool) -> None:
        """Does what a message asks for. One that would run something is put aside unless that is allowed now."""
        verb = frame[0] if frame else -1
        if not runs and verb in (SEND, INVOKE, POST, PORT_MESSAGE, PORT_CLOSE, CANCEL):
            self._aside.append(frame)
            return
        self._depth += 1
        try:
            self._receive(frame)
        except BadMessage as error:
            self._end(Closed(error.code, str(error), by_main=False))
        finally:
            self._depth -= 1
        if self._closed is not None:
            raise self._closed

    def _receive(self, frame: bytes) -> None:
        reader = Reader(frame)
        verb = reader.varint()
        if self.version == 0 and verb not in (WELCOME, REFUSE, GOODBYE):
            raise BadMessage("main's first message is no answer to hello", UNEXPECTED_VERB)
        if verb in IGNORABLE and self.version >= 2:
            return
        receive = self._RECEIVERS.get(verb)
        if receive is None:
            raise BadMessage(f"there is no verb {verb}")
        self._received += verb not in UNCOUNTED
        receive(self, reader)

    def _on_unexpected(self, reader: Reader) -> None:
        raise BadMessage("main may not send that", UNEXPECTED_VERB)

    def _on_welcome(self, reader: Reader) -> None:
        version, number, _, self._peer_frame = (reader.varint(bits) for bits in (16, 64, 64, 32))
        self.capabilities = 0 if reader.at_end() or version < 2 else reader.varint()
        reader.end()
        if self.version:
            self._on_unexpected(reader)
        if not OLDEST_VERSION <= version <= VERSION:
            raise BadMessage(f"main speaks version {version}, this renderer 1 to {VERSION}", VERSION_MISMATCH)
        self.version, self.number = version, number

    def _on_refuse(self, reader: Reader) -> None:
        low, high, reason = reader.varint(16), reader.varint(16), reader.text()
        reader.end()
        if self.version:
            self._on_unexpected(reader)
        common = low <= VERSION and high >= OLDEST_VERSION
        self._end(Closed(BAD_HANDSHAKE if common else VERSION_MISMATCH, f"main refused this renderer: {reason[:1024]}"))

    def _on_send(self, reader: Reader) -> None:
        space, channel, args = reader.choice(2), self._their_channel(reader), reader.byte_string()
        reader.end()
        values = self._arguments(args)
        if values is None:
            return
        if space == SYSTEM:
            self._system(channel, values)
            return
        if channel in self._heard:
            self._write(_send(SYSTEM, "heard", encode([channel, values])))
        self._emit(channel, Event(), values)

    def _on_invoke(self, reader: Reader) -> None:
        number, space = reader.varint(), reader.choice(2)
        channel, args = self._their_channel(reader), reader.byte_string()
        reader.end()
        if number <= self._last_asked:
            raise BadMessage(f"request {number} came after a later one", REQUEST_ID_REUSED)
        self._last_asked = number
        handler = self._handlers.get(channel) if space == USER else None
        if handler is None:
            return self._write(_reply(number, NO_HANDLER, encode(channel)))
        try:
            values = decode(args)
        except TooLarge as error:
            return self._write(_reply(number, TOO_LARGE, encode(str(error))))
        if not isinstance(values, list):
            raise BadValue("arguments that are no array")
        self._write(self._answer(number, handler, values))

    def _answer(self, number: int, handler: Callable[..., Any], args: List[Any]) -> bytes:
        try:
            value = handler(*args)
        except Closed:
            raise
        except Exception as error:  # the handler's own, whatever it is
            own = isinstance(error, JsError)
            name, message = (error.name, error.message) if own else (type(error).__name__, str(error))
            head = f"{name}: {message}" if message else name
            cause = None if error.__cause__ is None else str(error.__cause__)
            fields = {"text": head, "name": name, "message": message, "code": None, "stack": None, "cause": cause}
            return _reply(number, FAILED, encode(fields))
        try:
            reply = _reply(number, OK, encode(value))
        except (NotCloneable, TooLarge) as error:
            return _reply(number, NOT_CLONEABLE, encode(str(error)))
        return reply if len(reply) <= min(self._peer_frame, self._max_frame) else _reply(number, TOO_LARGE, b"")

    def _on_reply(self, reader: Reader) -> None:
        number, status, value = reader.varint(), reader.choice(len(STATUS)), reader.byte_string()
        reader.end()
        if number in self._waiting:
            self._waiting[number] = (status, value)
        elif not 0 < number < self._next_request:
            raise BadMessage(f"an answer to request {number}, which was never asked", UNKNOWN_REQUEST)

    def _on_cancel(self, reader: Reader) -> None:
        number = reader.varint()
        reader.end()
        # Handlers here end before the next message is looked at, so there is nothing to be given up.
        if not 0 < number <= self._last_asked:
            raise BadMessage(f"a cancellation of request {number}, which was never asked", UNKNOWN_REQUEST)

    def _on_post(self, reader: Reader) -> None:
        channel, numbers, message = self._their_channel(reader), reader.byte_string(), reader.byte_string()
        reader.end()
        ports = self._import(numbers)
        try:
            value = decode(message, ports)
        except TooLarge:
            return self._close_all(ports)
        self._emit(channel, Event(ports=ports), [value])

    def _on_port_message(self, reader: Reader) -> None:
        number, numbers, message = reader.varint(), reader.byte_string(), reader.byte_string()
        reader.end()
        ports = self._import(numbers)
        self._known_port(number)
        bridge, port = self._bridges.get(number), self._ports.get(number)
        if bridge is not None:
            return self._port_message(bridge, message, ports)
        if port is None:
            return self._close_all(ports)
        try:
            value = decode(message, ports)
        except (BadValue, TooLarge):  # it may be another renderer's, for which main is not to be left
            return self._close_all(ports)
        port._arrived(Event(value, ports))

    @staticmethod
    def _close_all(ports: Sequence[MessagePort]) -> None:
        for port in ports:
            port.close()

    def _on_port_close(self, reader: Reader) -> None:
        number = reader.varint()
        reader.end()
        self._known_port(number)
        port, bridge = self._ports.pop(number, None), self._bridges.pop(number, None)
        if port is not None:
            port._ended()
        if bridge is not None:
            del self._bridges[bridge]
            self._write(varint(PORT_CLOSE) + varint(bridge))

    def _on_port_direct(self, reader: Reader) -> None:
        """Main offers a socket of its own for a port, which this renderer does not take."""
        number, step = reader.varint(), reader.choice(4)
        if step == 2:
            reader.varint(), reader.flag(), reader.varint(32)
        reader.end()
        self._known_port(number)
        if step == 1:
            self._on_unexpected(reader)

    def _on_ping(self, reader: Reader) -> None:
        nonce = reader.varint()
        reader.end()
        self._write(varint(PONG) + varint(nonce))

    def _on_pong(self, reader: Reader) -> None:
        reader.varint()
        reader.end()

    def _on_idle(self, reader: Reader) -> None:
        reader.varint(), reader.varint(), reader.byte_string()
        reader.end()

    def _on_goodbye(self, reader: Reader) -> None:
        code, reason = reader.varint(16), reader.text()
        reader.end()
        self._end(Closed(code if code < len(REASONS) else PEER_GONE, reason[:1024]))

    _RECEIVERS: Dict[int, Callable[["IpcRenderer", Reader], None]] = {
        HELLO: _on_unexpected, WELCOME: _on_welcome, REFUSE: _on_refuse, SEND: _on_send, SEND_SYNC: _on_unexpected,
        INVOKE: _on_invoke, REPLY: _on_reply, CANCEL: _on_cancel, POST: _on_post, PORT_MESSAGE: _on_port_message,
        PORT_CLOSE: _on_port_close, PING: _on_ping, PONG: _on_pong, IDLE: _on_idle, GOODBYE: _on_goodbye,
        PORT_DIRECT: _on_port_direct,
    }

    # --- what messages lead to

    @staticmethod
    def _their_channel(reader: Reader) -> str:
        channel = reader.text()
        if len(channel) > MAX_CHANNEL or len(channel.encode()) > MAX_CHANNEL:
            raise BadMessage(f"a channel name of more than {MAX_CHANNEL} bytes", BAD_CHANNEL)
        return channel

    @staticmethod
    def _arguments(args: bytes) -> Optional[List[Any]]:
        """The arguments of a message, None if they are more than this side takes."""
        try:
            values = decode(args)
        except TooLarge:
            return None
        if not isinstance(values, list):
            raise BadValue("arguments that are no array")
        return values

    def _emit(self, channel: str, event: Event, args: List[Any]) -> None:
        for entry in list(self._listeners.get(channel, ())):
            listener, once = entry
            if once and entry in self._listeners[channel]:
                self._listeners[channel].remove(entry)
            listener(event, *args)

    def _system(self, channel: str, args: List[Any]) -> None:
        """What main's runtime says; the rest of it is for renderers that show pages."""
        first = args[0] if args else undefined
        if channel == "load" and isinstance(first, dict):
            detail = {"navigation": first.get("navigation", 0), "url": first.get("url", "")}
            name = "did-finish-load"
            try:
                self.on_load(first)
            except LoadRefused as refused:
                name = "did-fail-load"
                detail.update(errorCode=refused.code, errorDescription=refused.description, validatedURL=detail["url"])
            self._write(_send(SYSTEM, "load-event", encode([name, detail])))
        elif channel == "listen" and isinstance(first, str):
            self._heard.add(first)
        elif channel == "watch-idle":
            self._reports_idle = True
        elif channel == "unload":
            self._end(Closed(ON_PURPOSE, "main has ended this renderer", by_main=False))

    def _report_idle(self) -> None:
        if self._reports_idle and self._reported != (self._sent, self._received) and self._depth == 0:
            self._reported = (self._sent, self._received)
            self._write(varint(IDLE) + varint(self._sent) + varint(self._received) + byte_string(b""))


# ---------------------------------------------------------------------------------------------------- connecting


def connect(setup: Optional[Callable[[IpcRenderer], Any]] = None, max_frame: int = MAX_FRAME,
            timeout: Optional[float] = 30.0) -> IpcRenderer:
    """Takes the link that main has given this process, and introduces itself. Call it before anything reads stdin.

    ``setup`` registers listeners and handlers: nothing that main sends is too early for them. Raises NotARenderer when
    main has not started this process, Closed when main refuses it.
    """
    if max_frame < SMALLEST_FRAME:
        raise ValueError(f"max_frame has to be {SMALLEST_FRAME} at least")
    ipc = IpcRenderer(_inherited(), max_frame)
    if setup is not None:
        setup(ipc)
    ipc._write(hello(max_frame))
    until = None if timeout is None else time.monotonic() + timeout
    while ipc.version == 0:
        frame = ipc._read(until)
        if frame is None:
            raise TimeoutError(f"main has not answered within {timeout} s")
        ipc._take(frame, True)
    return ipc


def _inherited() -> _Stream:
    given = os.environ.get("DIPOLE_LINK", "")
    status = os.fstat(0)
    stdio = given == "stdio" and all(_is_stream(os.fstat(descriptor)) for descriptor in (0, 1))
    if not stdio and not (stat.S_ISSOCK(status.st_mode) and given == f"socket:{status.st_ino}"):
        raise NotARenderer("main has not started this process: run it by main-proc, or by a program that uses it")
    del os.environ["DIPOLE_LINK"]  # children are no renderers
    source = sink = os.dup(0)  # not inherited by children
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    if stdio:
        sink = os.dup(1)
        os.dup2(2, 1)  # what is printed must not get among the frames
    return _Stream(source, sink)


def _is_stream(status: os.stat_result) -> bool:
    return stat.S_ISSOCK(status.st_mode) or stat.S_ISFIFO(status.st_mode)
