"""The stimulus of a golden run: captured packets, and odd ones made from them.

For `ci/golden`. Everything follows from the captures and one seed.
"""

import pathlib
import random
import struct

from real_switch import records

SHORT = 300  # captured packets up to this length are all taken, of longer ones one in LONG_EVERY
LONG_EVERY = 8


def internet_checksum(data):
    words = struct.unpack(f"!{len(data) // 2}H", data)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def captured(folder):
    """The packets of `<port>.pcap`, merged by their times: (port, bytes)."""
    found = [(time, int(path.stem), data)
             for path in sorted(pathlib.Path(folder).glob("[0-9]*.pcap"))
             for time, data in records(path)]
    found.sort(key=lambda item: item[0])
    long, taken = 0, []
    for _, port, data in found:
        if len(data) > SHORT:
            long += 1
            if long % LONG_EVERY != 1:
                continue
        taken.append((port, data))
    return taken


def kind(data):
    """What a packet is, roughly, so that one of each can be taken."""
    ether_type = data[12:14]
    if ether_type == b"\x08\x00":
        return ether_type, data[14] & 0xF, data[20] & 0x3F, data[23]
    if ether_type == b"\x08\x06":
        return ether_type, data[20:22]
    return (ether_type,)


def with_header(data, ttl=None, src=None, dst=None, protocol=None):
    """An IPv4 packet without options with fields changed and a right header checksum."""
    header = bytearray(data[14:34])
    if ttl is not None:
        header[8] = ttl
    if protocol is not None:
        header[9] = protocol
    if src is not None:
        header[12:16] = src
    if dst is not None:
        header[16:20] = dst
    header[10:12] = b"\0\0"
    header[10:12] = struct.pack("!H", internet_checksum(bytes(header)))
    return data[:14] + bytes(header) + data[34:]


def odd(packets, seed):
    """Packets that a host would hardly send, made from some that it did."""
    rng = random.Random(seed)
    bases = {}
    for port, data in packets:
        bases.setdefault(kind(data), (port, data))
    ports = sorted({port for port, _ in packets})
    made = []

    # Too short: every length through the headers, the empty packet too.
    for port, data in bases.values():
        step = 1 if data[12:14] in (b"\x08\x00", b"\x08\x06") and data[14] & 0xF <= 5 else 7
        for length in range(0, min(len(data), 58), step):
            if rng.random() < 0.5 or length in (0, 13, 14, 15, 33, 34, 41, 42, 53, 54):
                made.append((port, data[:length]))
    # Around the sizes that matter to somebody.
    for port, data in bases.values():
        for length in (64, 127, 128, 129, 200):
            if length > len(data):
                made.append((port, data + bytes(rng.randrange(256) for _ in range(length - len(data)))))
    # A port that no entry knows.
    made += [(9, data) for _, data in bases.values()]
    # Damage: one byte of the headers, mostly with the checksum left as it was.
    for _ in range(150):
        port, data = rng.choice(list(bases.values()))
        at = rng.randrange(min(len(data), 58))
        made.append((port, data[:at] + bytes([rng.randrange(256)]) + data[at + 1:]))
    # Addresses crossed, with right checksums: destinations, sources, TTLs, protocols.
    plain = [(port, data) for port, data in bases.values()
             if data[12:14] == b"\x08\x00" and data[14] & 0xF == 5]
    hosts = sorted({data[26:30] for _, data in packets if data[12:14] == b"\x08\x00"})
    targets = sorted({data[30:34] for _, data in packets if data[12:14] == b"\x08\x00"})
    for dst in targets + [bytes([10, 0, i, j]) for i in (1, 2, 3, 4, 9) for j in (1, 10, 77, 200)]:
        port, data = rng.choice(plain)
        made.append((port, with_header(data, dst=dst)))
    for ttl in (0, 1, 2, 3, 128, 255):
        for port, data in plain[:3]:
            made.append((port, with_header(data, ttl=ttl)))
    for _ in range(60):
        _, data = rng.choice(plain)
        changed = with_header(data, src=rng.choice(hosts), dst=rng.choice(targets),
                              protocol=rng.choice([data[23], data[23], 1, 2, 6, 17]))
        if len(data) >= 38:
            l4 = struct.pack("!HH", rng.choice([80, 22, 53, 443, 8080, 8095, 40000, 4096]),
                             rng.choice([80, 22, 53, 443, 8080, 8095, 8096, 23, 4095, 4096]))
            changed = changed[:34] + l4 + changed[38:]
        made.append((rng.choice(ports), changed))
    # MAC addresses crossed, and ARP for anybody, of any operation.
    macs = sorted({data[6:12] for _, data in packets} | {data[:6] for _, data in packets})
    macs += [b"\x01\x80\xc2\0\0\0", b"\x02\0\0\0\0\x99"]  # spanning tree, and nobody
    for _ in range(60):
        _, data = rng.choice(list(bases.values()))
        made.append((rng.choice(ports), rng.choice(macs) + rng.choice(macs) + data[12:]))
    arps = [item for item in bases.values() if item[1][12:14] == b"\x08\x06"]
    for operation in (0, 1, 2, 3, 256):
        for address in hosts + [bytes([10, 0, i, j]) for i in (0, 1, 2, 3, 4) for j in (1, 77)]:
            port, data = rng.choice(arps)
            made.append((port, data[:20] + struct.pack("!H", operation) + data[22:38] + address + data[42:]))
    rng.shuffle(made)
    return made
