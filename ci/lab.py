"""Hosts in network namespaces of their own, on the ports of a switch between them.

For `ci/capture`; `Lab.remove` takes everything away again.
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading

HOSTS = [1, 2, 3, 4]
VLAN_ID = 10


class Impossible(Exception):
    """This machine can't make captures."""


def run(*command, **options):
    """Run a command; its failure is ours."""
    done = subprocess.run(command, text=True, capture_output=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
    return done.stdout


class Namespace:
    """A network namespace: commands and sockets can be made in it."""

    libc = ctypes.CDLL(None, use_errno=True)

    def __init__(self, name):
        self.name = name
        try:
            run("ip", "netns", "add", name)
        except RuntimeError as error:
            raise Impossible(str(error)) from error
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments):
        return run("ip", "-n", self.name, *arguments)

    def run(self, *command, check=True):
        command = ("ip", "netns", "exec", self.name, *command)
        if check:
            return run(*command)
        subprocess.run(command, capture_output=True, check=False)
        return None

    def start(self, *command):
        return subprocess.Popen(
            ("ip", "netns", "exec", self.name, *command), stderr=subprocess.PIPE, text=True
        )

    def sysctl(self, **settings):
        for name, value in settings.items():
            self.run("sysctl", "-qw", f"{name.replace('__', '/')}={value}")

    def inside(self, make):
        """Call make() in here; a socket it makes stays in here."""
        with open("/proc/self/ns/net") as home, open(f"/run/netns/{self.name}") as there:
            self.enter(there)
            try:
                return make()
            finally:
                self.enter(home)

    def enter(self, file):
        if self.libc.setns(file.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "can't enter a network namespace")

    def socket(self, family, kind, protocol=0):
        made = self.inside(lambda: socket.socket(family, kind, protocol))
        made.settimeout(5)
        return made

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)


class Vlan(threading.Thread):
    """A VLAN interface of a host.

    A tap device and a thread that tags and untags, because the kernel's own needs
    a module that small kernels lack. The packets are those of the host's stack.
    """

    def __init__(self, host, address):
        super().__init__(daemon=True)
        self.tap = host.namespace.inside(lambda: os.open("/dev/net/tun", os.O_RDWR))
        fcntl.ioctl(self.tap, 0x400454CA, struct.pack("16sH", b"vlan", 0x1002))
        host.namespace.ip("link", "set", "vlan", "address", host.mac, "mtu", "1496")
        host.namespace.ip("addr", "add", address, "dev", "vlan")
        # Protocol 3: every frame, whatever it carries.
        self.wire = host.namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.wire.bind(("eth0", 3))
        self.wire.setsockopt(263, 8, 1)  # PACKET_AUXDATA tells the tag
        self.wire.settimeout(0.1)
        self.stop = False
        threading.Thread(target=self.tag, daemon=True).start()
        self.start()
        host.namespace.ip("link", "set", "vlan", "up")

    def tag(self):
        header = struct.pack("!HH", 0x8100, VLAN_ID)
        while not self.stop:
            try:
                frame = os.read(self.tap, 2048)
                self.wire.send(frame[:12] + header + frame[12:])
            except OSError:
                return

    def run(self):
        while not self.stop:
            try:
                frame, extra, _, sender = self.wire.recvmsg(2048, 64)
                if sender[2] == socket.PACKET_OUTGOING or not extra:
                    continue
                status, tci = struct.unpack("=I12xH", extra[0][2][:18])
                if status & 0x10 and tci & 0xFFF == VLAN_ID:
                    os.write(self.tap, frame)
            except TimeoutError:
                continue
            except OSError:
                return


class Host:
    """A host with one interface, eth0, on a port of the switch."""

    def __init__(self, lab, number, mac, address, address6, gateway):
        self.address, self.address6, self.mac = address, address6, mac
        self.namespace = lab.namespace(f"h{number}")
        self.gateway = gateway
        ns, port = self.namespace, f"p{number}"
        ns.ip("link", "add", "name", "eth0", "type", "veth", "peer", "name", port,
              "netns", lab.switch.name)
        ns.ip("link", "set", "eth0", "address", mac)
        for place, device in ((ns, "eth0"), (lab.switch, port)):
            for feature in ("tx", "rx", "sg", "tso", "gso", "gro"):
                place.run("ethtool", "-K", device, feature, "off", check=False)
        lab.switch.ip("link", "set", port, "up")
        ns.ip("addr", "add", f"{address}/24", "dev", "eth0")
        ns.ip("addr", "add", f"{address6}/64", "dev", "eth0")
        # Linux announces its address when the link comes up.
        ns.sysctl(net__ipv4__conf__eth0__arp_notify=1, net__ipv6__conf__eth0__keep_addr_on_down=1)

    def up(self):
        self.namespace.ip("link", "set", "eth0", "up")
        if self.gateway:
            for gateway in self.gateway:
                # The check of our own IPv6 address is still under way: say that it is on the link.
                self.namespace.ip("route", "replace", "default", "via", gateway,
                                  "dev", "eth0", "onlink")

    def ping(self, to, *options):
        """No answer is an answer too."""
        self.namespace.run("ping", "-n", "-i", "0.02", "-W", "0.3", *options, to, check=False)

    def forget(self):
        self.namespace.ip("neigh", "flush", "all")

    def udp(self, port=0, options=()):
        made = self.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for option in options:
            made.setsockopt(*option)
        made.bind((self.address if port else "", port))
        return made

    def udp6(self, port=0):
        made = self.namespace.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        made.bind((self.address6 if port else "", port))
        return made


class Lab:
    """All namespaces of one run."""

    def __init__(self):
        self.namespaces, self.captures = [], []
        self.switch, self.hosts = None, []

    def namespace(self, name):
        made = Namespace(f"h4cap{os.getpid()}-{name}")
        self.namespaces.append(made)
        return made

    def build(self, topology):
        self.switch = self.namespace("sw")
        if topology == "lan":
            self.switch.sysctl(net__ipv6__conf__default__disable_ipv6=1)
            self.switch.ip("link", "add", "name", "br0", "type", "bridge",
                           "stp_state", "0", "mcast_snooping", "0")
            self.switch.ip("link", "set", "br0", "up")
        else:
            self.switch.sysctl(net__ipv4__ip_forward=1, net__ipv6__conf__all__forwarding=1)
        for i in HOSTS:
            if topology == "lan":
                host = Host(self, i, f"02:00:00:00:00:0{i}", f"10.0.0.{i}", f"fd00::{i}", None)
                self.switch.ip("link", "set", f"p{i}", "master", "br0")
            else:
                gateway = (f"10.0.{i}.1", f"fd00:0:0:{i}::1")
                host = Host(self, i, f"02:00:00:00:0{i}:10", f"10.0.{i}.10",
                            f"fd00:0:0:{i}::10", gateway)
                port = f"p{i}"
                self.switch.ip("link", "set", port, "address", f"02:00:00:00:0{i}:01")
                self.switch.ip("addr", "add", f"{gateway[0]}/24", "dev", port)
                self.switch.ip("addr", "add", f"{gateway[1]}/64", "dev", port, "nodad")
            self.hosts.append(host)

    def capture(self, folder):
        for i in HOSTS:
            process = self.switch.start("tcpdump", "-Z", "root", "-Q", "in", "-U", "-n",
                                        "-i", f"p{i}", "-w", str(folder / f"{i}.pcap"))
            self.captures.append(process)
            # Nothing may be sent before it listens, and this line says that it does.
            line = process.stderr.readline().strip()
            if "listening" not in line:
                raise RuntimeError(f"tcpdump: {line or 'ended at once'}")

    def stop(self):
        for process in self.captures:
            process.terminate()
        for process in self.captures:
            process.wait()
        self.captures = []

    def remove(self):
        self.stop()
        for namespace in self.namespaces:
            namespace.remove()
