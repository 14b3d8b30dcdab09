// push_front makes room with invalid elements, pop_front lets what is behind move up.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
header el_t {
    bit<8> more;
    bit<8> v;
}
struct headers {
    probe_t p;
    el_t[3] s;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition select(hdr.p.a) {
            0 : accept;
            default : next_one;
        }
    }
    state next_one {
        packet.extract(hdr.s.next);
        transition select(hdr.s.last.more) {
            0 : accept;
            default : next_one;
        }
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 1;
        if (hdr.p.op == 1) { hdr.s.push_front(1); }
        if (hdr.p.op == 2) { hdr.s.push_front(2); hdr.s[0].setValid(); hdr.s[0].v = 0xcc; }
        if (hdr.p.op == 3) { hdr.s.pop_front(1); }
        if (hdr.p.op == 4) { hdr.s.pop_front(2); }
        if (hdr.p.op == 5) { hdr.s.push_front(1); hdr.s.pop_front(1); }
        if (hdr.p.op == 6) { hdr.s.pop_front(3); }
        if (hdr.p.op == 7) { hdr.s.push_front(3); }
        if (hdr.p.op == 8) { hdr.s[1] = hdr.s[0]; }
        if (hdr.s[0].isValid()) { hdr.p.b[0:0] = 1; }
        if (hdr.s[1].isValid()) { hdr.p.b[1:1] = 1; }
        if (hdr.s[2].isValid()) { hdr.p.b[2:2] = 1; }
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
        packet.emit(hdr.s);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
