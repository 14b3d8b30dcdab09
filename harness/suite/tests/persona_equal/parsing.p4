// Optional headers, masks in selects, assignments, look-ahead, `verify`, errors that ingress reads.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> ether_type;
}

header ipv4_t {
    bit<4>  version;
    bit<4>  ihl;
    bit<8>  diffserv;
    bit<16> total_len;
    bit<16> identification;
    bit<3>  flags;
    bit<13> frag_offset;
    bit<8>  ttl;
    bit<8>  protocol;
    bit<16> hdr_checksum;
    bit<32> src;
    bit<32> dst;
}

header vlan_t {
    bit<3>  priority;
    bit<1>  drop_eligible;
    bit<12> vlan;
    bit<16> ether_type;
}

header tail_t {
    bit<8> kind;
    bit<8> length;
}

struct headers_t {
    ethernet_t ethernet;
    vlan_t vlan;
    tail_t tail;
    ipv4_t ipv4;
}

struct metadata_t {
    bit<8> kind;
    bit<12> vlan;
}

parser TheParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                 inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        meta.kind = 1;
        transition select(hdr.ethernet.ether_type, standard_metadata.ingress_port) {
            (0x8100, _): parse_vlan;
            (0x0800 &&& 0xff0f, 0 &&& 1): parse_ipv4;
            default: accept;
        }
    }
    state parse_vlan {
        packet.extract(hdr.vlan);
        meta.vlan = hdr.vlan.vlan;
        meta.kind = 2;
        bit<8> next = packet.lookahead<bit<8>>();
        transition select(next) {
            0x45: parse_tail;
            0x60 &&& 0xf0: parse_tail;
        }
    }
    state parse_ipv4 {
        packet.extract(hdr.ipv4);
        verify(hdr.ipv4.ihl == 5, error.HeaderTooShort);
        meta.kind = 3;
        transition accept;
    }
    state parse_tail {
        packet.extract(hdr.tail);
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
    table by_kind {
        key = { meta.kind: exact; meta.vlan: exact; hdr.tail.isValid(): exact; }
        actions = { set_port; NoAction; }
        default_action = NoAction();
    }
    table by_tail {
        key = { hdr.tail.kind: exact; hdr.vlan.vlan: ternary; }
        actions = { set_port; NoAction; }
        default_action = NoAction();
    }
    apply {
        by_kind.apply();
        by_tail.apply();
        if (standard_metadata.parser_error == error.PacketTooShort) {
            hdr.ethernet.dst[7:0] = 1;
        } else if (standard_metadata.parser_error != error.NoError) {
            hdr.ethernet.dst[7:0] = 2;
            if (standard_metadata.parser_error == error.NoMatch) {
                standard_metadata.egress_spec = 6;
            }
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
        packet.emit(hdr.vlan);
        packet.emit(hdr.tail);
        packet.emit(hdr.ipv4);
    }
}

V1Switch(TheParser(), TheVerify(), TheIngress(), TheEgress(), TheUpdate(), TheDeparser()) main;
