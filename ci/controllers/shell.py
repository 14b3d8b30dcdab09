"""p4runtime-shell against a slice: what a controller's user types, with what must come back.

    shell.py ADDRESS P4INFO CONFIG
"""

import sys

import p4runtime_sh.shell as sh
from p4runtime_sh.p4runtime import P4RuntimeWriteException

CHECKED = 0


def same(left, right):
    global CHECKED
    CHECKED += 1
    assert left == right, f"{left!r} is not {right!r}"


def refused(code, act):
    """`act` fails with that code, and nothing else."""
    try:
        act()
    except P4RuntimeWriteException as error:
        same([detail.canonical_code for _, detail in error.errors], [code])
        return
    raise AssertionError(f"it should have been refused with {code}")


NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, UNIMPLEMENTED = 5, 6, 7, 9, 12


def tables():
    entry = sh.TableEntry("exact_table")(action="forward")
    entry.match["h.ethernet.dst"] = "00:00:00:00:00:01"
    entry.action["port"] = "2"
    entry.insert()
    refused(ALREADY_EXISTS, entry.insert)
    entry.action["port"] = "3"
    entry.modify()
    found = list(sh.TableEntry("exact_table").read())
    same(len(found), 1)
    same(found[0].action["port"].value, b"\x03")
    same(str(found[0].match), str(entry.match))
    other = sh.TableEntry("exact_table")(action="drop")
    other.match["h.ethernet.dst"] = "00:00:00:00:00:02"
    refused(NOT_FOUND, other.modify)
    refused(NOT_FOUND, other.delete)

    default = sh.TableEntry("exact_table")(action="drop", is_default=True)
    default.modify()
    same([entry.action.action_name for entry in default.read()], ["FeaturesIngress.drop"])
    sh.TableEntry("exact_table")(is_default=True).modify()
    same(
        [entry.action.action_name for entry in sh.TableEntry("exact_table")(is_default=True).read()], ["NoAction"]
    )

    lpm = sh.TableEntry("lpm_table")(action="forward")
    lpm.match["h.ethernet.src"] = "00:00:00:00:00:00/16"
    lpm.action["port"] = "1"
    lpm.insert()
    same(len(list(sh.TableEntry("lpm_table").read())), 1)
    lpm.delete()
    same(len(list(sh.TableEntry("lpm_table").read())), 0)

    for priority, mask in [(10, "0x0800&&&0xff00"), (20, "0x0800&&&0xffff")]:
        ternary = sh.TableEntry("ternary_table")(action="set_group")
        ternary.match["h.ethernet.kind"] = mask
        ternary.action["group"] = str(priority)
        ternary.priority = priority
        ternary.insert()
    same(sorted(entry.priority for entry in sh.TableEntry("ternary_table").read()), [10, 20])
    ternary = sh.TableEntry("ternary_table")(action="forward")
    ternary.match["s.ingress_port"] = "4"
    ternary.action["port"] = "1"
    ternary.priority = 30
    ternary.insert()
    same(len(list(sh.TableEntry("ternary_table").read())), 3)
    ternary.delete()

    ranged = sh.TableEntry("range_table")(action="drop")
    ranged.match["h.ethernet.kind"] = "0x1000..0x2000"
    ranged.priority = 1
    ranged.insert()
    same(len(list(sh.TableEntry("range_table").read())), 1)

    fixed = sh.TableEntry("fixed")(action="set_group")
    fixed.match["h.ethernet.kind"] = "0x1234"
    fixed.action["group"] = "1"
    refused(PERMISSION_DENIED, fixed.insert)
    same([entry.action["group"].value for entry in sh.TableEntry("fixed").read()], [b"\x63"])


def direct_resources():
    entry = sh.TableEntry("FeaturesIngress.exact_table")(action="forward")
    entry.match["h.ethernet.dst"] = "00:00:00:00:00:01"
    counter = sh.DirectCounterEntry("hits")
    counter.table_entry = entry
    counter.packet_count = 5
    counter.byte_count = 500
    counter.modify()
    found = list(sh.DirectCounterEntry("hits").read())
    same([(found.packet_count, found.byte_count) for found in found], [(5, 500)])
    wanted = sh.TableEntry("exact_table")
    wanted.counter_data
    same([entry.counter_data.packet_count for entry in wanted.read()], [5])

    ternary = sh.TableEntry("FeaturesIngress.ternary_table")(action="set_group")
    ternary.match["h.ethernet.kind"] = "0x0800&&&0xffff"
    ternary.priority = 20
    meter = sh.DirectMeterEntry("rate")
    meter.table_entry = ternary
    meter.cir, meter.cburst, meter.pir, meter.pburst = 10, 20, 100, 200
    meter.modify()
    found = [meter for meter in sh.DirectMeterEntry("rate").read() if meter.cir]
    same([(meter.cir, meter.cburst, meter.pir, meter.pburst) for meter in found], [(10, 20, 100, 200)])


def arrays():
    counter = sh.CounterEntry("by_port")
    counter.index = 3
    counter.packet_count = 7
    counter.byte_count = 70
    counter.modify()
    same([found.packet_count for found in sh.CounterEntry("by_port").read()], [0, 0, 0, 7, 0, 0, 0, 0])
    meter = sh.MeterEntry("rate_of_port")
    meter.index = 1
    meter.cir, meter.cburst, meter.pir, meter.pburst = 1, 2, 3, 4
    meter.modify()
    found = list(meter.read())
    same([(meter.cir, meter.cburst, meter.pir, meter.pburst) for meter in found], [(1, 2, 3, 4)])


def profiles():
    for number, port in [(1, "1"), (2, "2")]:
        member = sh.ActionProfileMember("chosen")(member_id=number, action="forward")
        member.action["port"] = port
        member.insert()
        refused(ALREADY_EXISTS, member.insert)
    group = sh.ActionProfileGroup("chosen")(group_id=1)
    group.add(1).add(2)
    group.insert()
    entry = sh.TableEntry("selected")(group_id=1)
    entry.match["m.group"] = "20"
    entry.insert()
    same([found.group_id for found in sh.TableEntry("selected").read()], [1])
    member = sh.ActionProfileMember("chosen")(member_id=1)
    refused(FAILED_PRECONDITION, member.delete)
    refused(FAILED_PRECONDITION, group.delete)
    group.clear()
    group.add(2)
    group.modify()
    same([[member.member_id for member in group.members] for group in group.read()], [[2]])
    member.delete()
    same([found.member_id for found in sh.ActionProfileMember("chosen").read()], [2])


def replication():
    group = sh.MulticastGroupEntry(1).add(1, 1).add(2, 1).add(3, 2)
    group.insert()
    refused(ALREADY_EXISTS, group.insert)
    same([len(found.replicas) for found in sh.MulticastGroupEntry(1).read()], [3])
    group = sh.MulticastGroupEntry(1).add(2, 1).add(3, 2)
    group.modify()
    same([len(found.replicas) for found in sh.MulticastGroupEntry(1).read()], [2])
    session = sh.CloneSessionEntry(7).add(510)
    session.insert()
    same([len(found.replicas) for found in sh.CloneSessionEntry(7).read()], [1])


def one_shots():
    """Actions that an entry brings itself."""
    for ports in [["1", "2", "3"], ["2", "3"]]:
        entry = sh.TableEntry("selected")
        entry.match["m.group"] = "30"
        actions = sh.Oneshot("selected")
        for port in ports:
            action = sh.Action("forward")
            action["port"] = port
            actions.add(action, weight=2)
        entry.oneshot = actions
        (entry.insert if len(ports) == 3 else entry.modify)()
        found = [found for found in sh.TableEntry("selected").read() if found.match["m.group"].exact.value == b"\x1e"]
        same([[(action.weight, action.action["port"].value) for action in found.oneshot.actions] for found in found],
             [[(2, bytes([int(port)])) for port in ports]])
    # What was made for it is nobody else's business.
    same([found.member_id for found in sh.ActionProfileMember("chosen").read()], [2])
    entry.delete()


def exact(match, action, **arguments):
    entry = sh.TableEntry("exact_table")(action=action)
    entry.match["h.ethernet.dst"] = match
    for name, value in arguments.items():
        entry.action[name] = value
    entry.insert()
    return entry


def packets():
    """Packets that the controller sends, and what it is told of them."""
    heard = sh.PacketIn()

    def sent(destination, rest, **metadata):
        """What comes of a packet: (ingress port, reason, payload) each."""
        out = sh.PacketOut()
        out.payload = bytes.fromhex(destination.replace(":", "") + "0000000000ff0801") + b"hello"
        out.metadata["rest"] = rest
        out.metadata["egress_port"] = metadata.get("egress_port", "0")
        out.send()
        found = []
        heard.sniff(found.append, timeout=1)
        values = [{data.metadata_id: data.value for data in packet.packet.metadata} for packet in found]
        return out.payload, [(value[1], value[2], packet.packet.payload) for value, packet in zip(values, found)]

    # It leaves by the port that its header names, which is the controller's: its first bytes are taken for a header.
    payload, found = sent("00:00:00:00:00:0a", "0", egress_port="510")
    same([packet for _, _, packet in found], [payload[2:]])
    # As if it had come by any other port.
    told = exact("00:00:00:00:00:0a", "to_controller", reason="5")
    payload, found = sent("00:00:00:00:00:0a", "1")
    same(found, [(b"\x01\xfe", b"\x05", payload)])
    # The program puts no header before a clone.
    exact("00:00:00:00:00:0b", "copy", port="3")
    payload, found = sent("00:00:00:00:00:0b", "1")
    same([packet for _, _, packet in found], [payload[2:]])

    counted = sh.TableEntry("FeaturesIngress.exact_table")
    counted.match["h.ethernet.dst"] = "00:00:00:00:00:0a"
    counter = sh.DirectCounterEntry("hits")
    counter.table_entry = counted
    same([found.packet_count for found in counter.read()], [1])
    same([found.packet_count for found in sh.CounterEntry("by_port").read()], [0, 0, 0, 7, 0, 0, 3, 0])

    digest = sh.DigestEntry("learned_t")
    digest.max_list_size = 1
    digest.insert()
    refused(ALREADY_EXISTS, digest.insert)
    same([found.max_list_size for found in sh.DigestEntry("learned_t").read()], [1])
    exact("00:00:00:00:00:0c", "learn")
    learnt = sh.DigestList()
    sent("00:00:00:00:00:0c", "1")
    sent("00:00:00:00:00:0c", "1")
    # The shell has acknowledged the first list before the second packet came.
    data = [data for found in learnt.sniff(timeout=1) for data in found.digest.data]
    same([[member.bitstring for member in data.struct.members] for data in data], [[b"\x01\xfe", b"\x00"]] * 2)
    digest.delete()
    told.delete()


def main():
    address, info, config = sys.argv[1:]
    sh.setup(device_id=1, grpc_addr=address, election_id=(0, 1), config=sh.FwdPipeConfig(info, config))
    try:
        for part in [tables, direct_resources, arrays, profiles, one_shots, replication, packets]:
            part()
    finally:
        sh.teardown()
    print(f"p4runtime-shell: {CHECKED} checked")


main()
