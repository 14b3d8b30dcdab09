"""Run a real simple_switch on a stimulus, one packet after the other, and read its log.

For `ci/golden`. The switch reads its packets from files, and it reads them as fast as
it can, until its queues overflow. So the files are named pipes here: the switch asks for
the next packet of a port right after it took one from there, before it looks at another
port. Withholding that packet holds everything back, and giving it releases one packet.
"""

import json
import os
import re
import socket
import struct
import subprocess
import tempfile
import threading
import time

PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
LINE = re.compile(r"\[[\d:.]+\] \[bmv2\] \[.\] \[thread \d+\] (?:\[(\d+)\.(\d+)\] \[cxt 0\] )?(.*)")
REFUSED = re.compile(r"Error|Invalid|Unknown syntax: [^#]", re.IGNORECASE)


class SwitchFailed(Exception):
    """simple_switch or its command line did what it should not."""


def record(number, data):
    """A record of a pcap file; the time is the packet's number."""
    return struct.pack("<IIII", number, 0, len(data), len(data)) + data


def records(path):
    """The packets of a pcap file of this machine's byte order, with their times."""
    with open(path, "rb") as file:
        content = file.read()
    at, found = 24, []
    while at < len(content):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", content, at)
        found.append(((seconds, fraction), content[at + 16:at + 16 + length]))
        at += 16 + length
    return found


class Run:
    """One run: a program, its commands, and packets as (port, bytes)."""

    def __init__(self, program, commands, packets, out_ports, tools):
        self.program, self.commands, self.packets = program, commands, packets
        self.tools, self.begun, self.under_way = tools, 0, 0
        self.in_ports = sorted({port for port, _ in packets})
        self.ports = sorted({*self.in_ports, *out_ports})
        self.log, self.replies, self.outputs = [], "", []

    def run(self):
        with tempfile.TemporaryDirectory() as folder:
            pipes = {}
            for port in self.ports:
                path = f"{folder}/{port}_in.pcap"
                if port in self.in_ports:
                    os.mkfifo(path)
                    # Read and write: neither side waits for the other to open it.
                    pipes[port] = os.open(path, os.O_RDWR)
                    os.write(pipes[port], PCAP_HEADER)
                else:
                    with open(path, "wb") as file:
                        file.write(PCAP_HEADER)
            # Some port that is free now.
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                thrift = probe.getsockname()[1]
            command = [self.tools["simple_switch"], "--use-files", "0", "--thrift-port", str(thrift),
                       "--notifications-addr", f"ipc://{folder}/notifications",
                       "--log-console", "-L", "trace"]
            for port in self.ports:
                command += ["-i", f"{port}@{folder}/{port}"]
            switch = subprocess.Popen([*command, os.path.abspath(self.program)], cwd=folder, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            reader = threading.Thread(target=lambda: self.read(switch.stdout), daemon=True)
            reader.start()
            try:
                self.control(switch, thrift)
                self.feed(pipes)
                time.sleep(0.2)  # for the last packet's way from the log to its file
                if switch.poll() is not None:
                    raise SwitchFailed(f"simple_switch ended with {switch.returncode}: {self.log[-1:]}")
            finally:
                switch.terminate()
                switch.wait()
                reader.join()
                for pipe in pipes.values():
                    os.close(pipe)
            for port in self.ports:
                found = records(f"{folder}/{port}_out.pcap")
                self.outputs += [(port, data) for _, data in found]

    def control(self, switch, thrift):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", thrift)).close()
                break
            except OSError:
                time.sleep(0.1)
            if switch.poll() is not None:
                raise SwitchFailed(f"simple_switch ended at once: {''.join(self.log[-3:])}")
        # An empty line would make the command line repeat the last command.
        commands = "".join(f"{line}\n" for line in self.commands.splitlines() if line.strip())
        done = subprocess.run([self.tools["simple_switch_CLI"], "--thrift-port", str(thrift)],
                              input=commands, capture_output=True, text=True, check=False)
        self.replies = done.stdout
        wrong = [line for line in done.stdout.splitlines() if REFUSED.search(line)]
        if done.returncode != 0 or wrong:
            raise SwitchFailed(f"simple_switch_CLI: {wrong or done.stderr}")

    def feed(self, pipes):
        """Give the first packet of each port, then, for each packet that left, the next of its port."""
        queues = {port: [] for port in self.in_ports}
        for number, (port, data) in enumerate(self.packets):
            queues[port].append(record(number, data))
        for port, queue in queues.items():
            os.write(pipes[port], queue.pop(0))
        for number, (port, _) in enumerate(self.packets):
            self.wait(number + 1)
            if queues[port]:
                os.write(pipes[port], queues[port].pop(0))
            else:
                # This port is done; the end of its file is the release.
                os.close(pipes.pop(port))

    def read(self, lines):
        """Keep the log, and count what is on its way through the switch."""
        for line in lines:
            if "Processing packet received" in line:
                self.begun, self.under_way = self.begun + 1, self.under_way + 1
            elif "Transmitting packet" in line or "Dropping packet" in line:
                self.under_way -= 1
            elif "Replication requested for mgid" in line:
                self.under_way -= 1  # there is no such group
            elif found := re.search(r"number of packets replicated : (\d+)", line):
                self.under_way += int(found[1]) - 1
            self.log.append(line)

    def wait(self, packets):
        """Until so many packets have come in and no copy of them is under way."""
        deadline = time.monotonic() + 10
        while self.begun < packets or self.under_way > 0:
            if time.monotonic() > deadline:
                raise SwitchFailed(f"packet {packets - 1} was not done after 10 s")
            time.sleep(0.0002)


def traces(run):
    """What the log says of each packet, as the project's own traces; checked for gaps."""
    with open(run.program, encoding="utf-8") as file:
        program = json.load(file)
    widths = {action["name"]: [p["bitwidth"] for p in action["runtime_data"]]
              for action in program["actions"]}
    found = [[] for _ in run.packets]
    group, last = None, -1
    replicas = members(run.commands)
    for line in run.log:
        match = LINE.match(line)
        if not match:
            continue
        packet, copy, text = match.groups()
        if packet is None:
            if replicated := re.match(r"number of packets replicated : \d+ for MGID: (\d+)", text):
                group = int(replicated[1])
                found[last][0]["events"].append({"Multicast": group})
            elif text.startswith("Replication requested for mgid"):
                found[last][0]["events"].append("Drop")  # of a group that doesn't exist
            continue
        packet, copy = int(packet), int(copy)
        if packet < last:
            raise SwitchFailed(f"packet {packet} was not done when packet {last} began")
        last = packet
        copies = found[packet]
        if copy == 0 and not copies:
            copies.append({"copied_from": None, "events": []})
        if text.startswith("Replicating packet on port"):
            rid = replicas[group][len(copies) - 1]
            port = int(text.split()[-1])
            copies.append({"copied_from": 0, "events": [{"Replica": {"rid": rid, "port": port}}]})
            continue
        events = copies[copy]["events"]
        if text.startswith("Exception while parsing") and "Extract" in events[-1]:
            events.pop()  # the header that wasn't there
        event = translate(text, widths)
        if event is not None:
            events.append(event)
    for number, copies in enumerate(found):
        ends = [copy["events"][-1] for copy in copies]
        if not copies or not all(end == "Drop" or "Transmit" in end or "Multicast" in end for end in ends):
            raise SwitchFailed(f"packet {number} was lost: {ends}")
    return found


def members(commands):
    """The `rid`s of the copies of each multicast group, in order."""
    nodes, groups = [], {}
    for line in commands.splitlines():
        words = line.split()
        if words[:1] == ["mc_node_create"]:
            nodes.append([int(words[1])] * len(set(words[2:])))
        elif words[:1] == ["mc_node_associate"]:
            groups.setdefault(int(words[1]), []).extend(nodes[int(words[2])])
    return groups


def translate(text, widths):
    """One line of the log as an event; None for a line that tells nothing new."""
    for pattern, make in PATTERNS:
        if match := re.fullmatch(pattern, text):
            return make(match, widths)
    return None


def action(match, widths):
    name = match[1]
    values = [int(value, 16) for value in match[2].split(",") if value.strip()]
    arguments = [{"width": width, "hex": f"0x{value:0{-(-width // 4)}x}"}
                 for width, value in zip(widths[name], values, strict=True)]
    return {"Action": {"name": name, "arguments": arguments}}


def checksum(outcome):
    return lambda match, _: {"Checksum": {"name": match[1], "outcome": outcome}}


def named(kind, convert=str):
    return lambda match, _: {kind: convert(match[1])}


PATTERNS = [
    (r"Parser '.*' entering state '(.*)'", named("ParseState")),
    (r"Extracting header '(.*)'", named("Extract")),
    (r"Exception while parsing: (\w+)", named("ParserError")),
    (r"Verified checksum '(.*)': passed", checksum("Correct")),
    (r"Verified checksum '(.*)': failed", checksum("Wrong")),
    (r"Skipping checksum '(.*)' (?:update|verification) .*", checksum("Skipped")),
    (r"Updating checksum '(.*)'", checksum("Updated")),
    (r"Pipeline '(.*)': start", named("Pipeline")),
    (r".*Condition \".*\" \((\S+)\) is (true|false)",
     lambda m, _: {"Condition": {"name": m[1], "value": m[2] == "true"}}),
    (r"Table '(.*)': hit with handle (\d+)",
     lambda m, _: {"Table": {"name": m[1], "outcome": {"Hit": int(m[2])}}}),
    (r"Table '(.*)': miss", lambda m, _: {"Table": {"name": m[1], "outcome": "Miss"}}),
    (r"Action entry is (\S+) - (.*)", action),
    (r"Packet is marked for exit.*", lambda m, _: "Exit"),
    # The drop port is no port to go out of: the line after it says that the packet is dropped.
    (r"Egress port is 511", lambda m, _: None),
    (r"Egress port is (\d+)", named("Unicast", int)),
    (r"Dropping packet at the end of \w+", lambda m, _: "Drop"),
    (r"Transmitting packet of size \d+ out of port (\d+)", named("Transmit", int)),
]


def ordered(run, found):
    """The outputs with the packet that caused each, by the order of the traces."""
    queues = {}
    for port, data in run.outputs:
        queues.setdefault(port, []).append(data)
    outputs = []
    for index, copies in enumerate(found):
        for copy in copies:
            for event in copy["events"]:
                if "Transmit" in event and event["Transmit"] in run.ports:
                    port = event["Transmit"]
                    outputs.append({"index": index, "port": port, "hex": queues[port].pop(0).hex()})
    if any(queues.values()):
        raise SwitchFailed("the switch sent packets that its log doesn't tell")
    return outputs
