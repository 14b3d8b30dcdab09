// Every kind of match, alone and mixed; constant entries of two kinds.
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
    bit<8> marked;
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
    action mark(bit<8> value) { meta.marked = value; }
    action drop() { mark_to_drop(standard_metadata); }
    table ranged {
        key = { hdr.ethernet.ether_type: range; hdr.ethernet.src[7:0]: range; }
        actions = { set_port; mark; NoAction; }
        default_action = NoAction();
    }
    table prefix_of_low_bits {
        key = { hdr.ethernet.src[31:0]: lpm; meta.marked: exact; }
        actions = { set_port; drop; NoAction; }
        default_action = NoAction();
    }
    table prefix_behind_exact {
        key = { hdr.ethernet.dst: exact; hdr.ethernet.ether_type: lpm; }
        actions = { set_port; mark; NoAction; }
        default_action = mark(1);
    }
    table optional_one {
        key = { meta.marked: optional; hdr.ethernet.ether_type: ternary; }
        actions = { set_port; drop; NoAction; }
        default_action = NoAction();
    }
    table fixed_exact {
        key = { hdr.ethernet.ether_type: exact; }
        actions = { set_port; NoAction; }
        default_action = NoAction();
        const entries = {
            0x0800: set_port(1);
            0x0806: set_port(2);
            0x86dd: set_port(3);
        }
    }
    table fixed_ternary {
        key = { hdr.ethernet.dst: ternary; }
        actions = { set_port; drop; NoAction; }
        default_action = NoAction();
        const entries = {
            0x010000000000 &&& 0x010000000000: drop();
            0x020000000000 &&& 0x020000000000: set_port(3);
            _: set_port(4);
        }
    }
    apply {
        fixed_exact.apply();
        fixed_ternary.apply();
        ranged.apply();
        prefix_behind_exact.apply();
        prefix_of_low_bits.apply();
        optional_one.apply();
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
