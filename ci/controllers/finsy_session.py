"""finsy against a slice: its own switch task sets the pipeline, then entities of all kinds are written and read.

    finsy_session.py ADDRESS P4INFO CONFIG
"""

import asyncio
import sys
from pathlib import Path

import finsy as fy

CHECKED = 0


def same(left, right):
    global CHECKED
    CHECKED += 1
    assert left == right, f"{left!r} is not {right!r}"


async def refused(switch, *updates):
    """The codes with which updates of a write are refused."""
    try:
        await switch.write(updates)
    except fy.P4ClientError as error:
        return [detail.canonical_code.name for _, detail in sorted(error.details.items())]
    raise AssertionError("it should have been refused")


def forward(mac, port):
    match = fy.P4TableMatch({"h.ethernet.dst": mac})
    return fy.P4TableEntry("exact_table", match=match, action=fy.P4TableAction("forward", port=port))


async def everything(switch, entity):
    return [found async for found in switch.read(entity)]


async def count(switch, entity):
    return len(await everything(switch, entity))


async def port(switch, mac):
    """Where the entry for that address leads to."""
    wanted = fy.P4TableEntry("exact_table", match=fy.P4TableMatch({"h.ethernet.dst": mac}))
    return [found.action.args["port"] for found in await everything(switch, wanted)]


async def session(switch):
    table = fy.P4TableEntry("exact_table")
    await switch.delete_all()
    await switch.insert([forward(mac, 1 + mac % 3) for mac in range(1, 251)])
    same(await count(switch, table), 250)
    same(await count(switch, fy.P4TableEntry()), 251)
    same(await port(switch, 7), [2])

    # Two of three are wrong: the other one is carried out.
    wrong = [+forward(1, 1), +forward(1001, 1), -forward(2000, 1)]
    same(await refused(switch, *wrong), ["ALREADY_EXISTS", "NOT_FOUND"])
    same(await count(switch, table), 251)
    await switch.write([-forward(1001, 1), +forward(1002, 3), ~forward(2, 1)])
    same([await port(switch, mac) for mac in [1001, 1002, 2]], [[], [3], [1]])

    await switch.modify([fy.P4RegisterEntry("last_kind", index=4, data=0x806)])
    same([found.data for found in await everything(switch, fy.P4RegisterEntry("last_kind", index=4))], [0x806])
    same(await count(switch, fy.P4RegisterEntry("last_kind")), 16)
    data = fy.P4CounterData(byte_count=10, packet_count=1)
    await switch.modify([fy.P4CounterEntry("by_port", index=2, data=data)])
    found = await everything(switch, fy.P4CounterEntry("by_port", index=2))
    same([(found.packet_count, found.byte_count) for found in found], [(1, 10)])

    await switch.insert(
        [
            fy.P4MulticastGroupEntry(3, replicas=[5, 6, 7]),
            fy.P4CloneSessionEntry(9, replicas=[6]),
            fy.P4ActionProfileMember("chosen", member_id=5, action=fy.P4TableAction("forward", port=1)),
            fy.P4ActionProfileGroup("chosen", group_id=6, members=[fy.P4Member(member_id=5, weight=1)]),
            fy.P4TableEntry(
                "selected", match=fy.P4TableMatch({"m.group": 1}), action=fy.P4IndirectAction(group_id=6)
            ),
        ]
    )
    same([found.replicas for found in await everything(switch, fy.P4MulticastGroupEntry())], [(5, 6, 7)])
    same(await count(switch, fy.P4CloneSessionEntry()), 1)
    found = await everything(switch, fy.P4TableEntry("selected"))
    same([found.action.group_id for found in found], [6])
    one_shot = fy.P4IndirectAction([2 * fy.P4TableAction("forward", port=1), 1 * fy.P4TableAction("drop")])
    await switch.insert([fy.P4TableEntry("selected", match=fy.P4TableMatch({"m.group": 2}), action=one_shot)])
    wanted = fy.P4TableEntry("selected", match=fy.P4TableMatch({"m.group": 2}))
    sets = [found.action.action_set for found in await everything(switch, wanted)]
    same([[(weight, action.name) for weight, action in actions] for actions in sets], [[(2, "forward"), (1, "drop")]])
    # Where a table has constant entries, finsy's `delete_all` takes away entries of tables alone.
    await switch.delete(found)
    await switch.delete(await everything(switch, fy.P4ActionProfileGroup()))
    await switch.delete(await everything(switch, fy.P4ActionProfileMember()))
    await switch.delete(await everything(switch, fy.P4MulticastGroupEntry()))
    await switch.delete(await everything(switch, fy.P4CloneSessionEntry()))
    await switch.delete_all()
    same(await count(switch, fy.P4TableEntry()), 1)
    same(await count(switch, fy.P4MulticastGroupEntry()), 0)
    same(await count(switch, fy.P4ActionProfileMember()), 0)


async def main():
    address, info, config = sys.argv[1:]
    options = fy.SwitchOptions(p4info=Path(info), p4blob=Path(config))
    async with fy.Switch("sw", address, options) as switch:
        await session(switch)
    print(f"finsy: {CHECKED} checked")


asyncio.run(main())
