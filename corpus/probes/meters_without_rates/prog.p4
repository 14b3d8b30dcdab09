// A meter without rates is green, whatever comes; an index beyond the last leaves the result alone.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
struct headers {
    probe_t p;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    @name("m") meter(4, MeterType.packets) m;
    @name("d") direct_meter<bit<8>>(MeterType.bytes) d;
    action set() { d.read(hdr.p.a); }
    table t { key = { hdr.p.op : exact; } actions = { set; NoAction; } meters = d; }
    apply {
        standard.egress_spec = 1;
        bit<32> colour = 0x99;
        m.execute_meter((bit<32>)hdr.p.b, colour);
        t.apply();
        hdr.p.r = colour;
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
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
