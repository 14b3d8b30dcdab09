// Of a union one member is valid at most: making another valid, by hand or by extraction, ends the first.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
header u1_t { bit<8> x; }
header u2_t { bit<16> y; }
header_union u_t {
    u1_t one;
    u2_t two;
}
struct headers {
    probe_t p;
    u_t     u;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition select(hdr.p.op) {
            1 : one;
            2 : two;
            default : accept;
        }
    }
    state one { packet.extract(hdr.u.one); transition accept; }
    state two { packet.extract(hdr.u.two); transition accept; }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 1;
        if (hdr.p.a == 1) { hdr.u.one.setValid(); hdr.u.one.x = 0xaa; }
        if (hdr.p.a == 2) { hdr.u.two.setValid(); hdr.u.two.y = 0xbbbb; }
        if (hdr.p.a == 3) { hdr.u.one.setInvalid(); }
        if (hdr.u.one.isValid()) { hdr.p.b[0:0] = 1; }
        if (hdr.u.two.isValid()) { hdr.p.b[1:1] = 1; }
        if (hdr.u.isValid()) { hdr.p.b[2:2] = 1; }
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
        packet.emit(hdr.u);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
