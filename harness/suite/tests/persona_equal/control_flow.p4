// Conditions of all sorts, `exit`, `return`, hit and miss, `switch`.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> ether_type;
}

struct headers_t {
    ethernet_t ethernet;
}

struct metadata_t {
    bit<8> a;
    bool b;
}

parser TheParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                 inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        transition accept;
    }
}

control TheVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control TheIngress(inout headers_t hdr, inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    action set_port(bit<9> port) { standard_metadata.egress_spec = port; }
    action leave_now() { standard_metadata.egress_spec = 5; exit; }
    action drop() { mark_to_drop(standard_metadata); }
    action count(bit<8> by) { meta.a = meta.a + by; }
    table first {
        key = { hdr.ethernet.src: exact; }
        actions = { set_port; leave_now; drop; count; NoAction; }
        default_action = NoAction();
    }
    table second {
        key = { hdr.ethernet.dst: exact; meta.a: exact; }
        actions = { set_port; count; NoAction; }
        default_action = set_port(2);
    }
    table third {
        actions = { set_port; drop; NoAction; }
        default_action = set_port(3);
    }
    apply {
        if (hdr.ethernet.ether_type < 0x0600) {
            drop();
            return;
        }
        if (first.apply().hit) {
            meta.a = meta.a | 0x10;
        } else if (hdr.ethernet.src[40:40] == 1 || hdr.ethernet.dst[47:24] >= 0x333300) {
            exit;
        }
        switch (second.apply().action_run) {
            set_port: {
                if (!(hdr.ethernet.ether_type > 0x0900 && hdr.ethernet.ether_type <= 0x0a00)) {
                    meta.b = true;
                }
            }
            count: { third.apply(); }
        }
        if (meta.b && meta.a != 0) {
            hdr.ethernet.ether_type = 0x88b5;
        }
        if (hdr.ethernet.src == hdr.ethernet.dst) {
            standard_metadata.egress_spec = standard_metadata.ingress_port;
        } else if (hdr.ethernet.src[15:0] != hdr.ethernet.dst[15:0] && standard_metadata.ingress_port == 1) {
            hdr.ethernet.dst[47:40] = 0xaa;
        }
    }
}

control TheEgress(inout headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t standard_metadata) {
    apply { }
}

control TheUpdate(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control TheDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
    }
}

V1Switch(TheParser(), TheVerify(), TheIngress(), TheEgress(), TheUpdate(), TheDeparser()) main;
