// Counters count packets and the bytes they came with; an index beyond the last counts nothing.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
header more_t { bit<32> x; }
struct headers {
    probe_t p;
    more_t  m;
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
    @name("all") counter(4, CounterType.packets_and_bytes) all;
    @name("hits") direct_counter(CounterType.packets_and_bytes) hits;
    action set(bit<8> v) { hdr.p.b = (bit<16>)v; hits.count(); }
    table t { key = { hdr.p.op : exact; } actions = { set; NoAction; } counters = hits; }
    apply {
        standard.egress_spec = 1;
        hdr.m.setValid();
        t.apply();
        all.count((bit<32>)hdr.p.a);
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    @name("later") counter(1, CounterType.bytes) later;
    apply { later.count(0); }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
        packet.emit(hdr.m);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
