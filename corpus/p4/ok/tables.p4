// Tables with all properties, and what can be done with them.
#define V1MODEL_VERSION 20200408
#include <v1model.p4>
header h_t { bit<32> a; bit<16> b; bit<8> c; bit<8> d; }
struct headers_t { h_t h; h_t[2] stack; }
struct metadata_t { bit<8> r; bool hit; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { b.extract(h.h); transition next; }
    state next { b.extract(h.stack.next); transition select(h.stack.last.d) { 0: next; default: accept; } }
}
control V(inout headers_t h, inout metadata_t m) {
    apply { verify_checksum(h.h.isValid(), { h.h.a, 16w0 }, h.h.b, HashAlgorithm.csum16); }
}
action global_drop(inout standard_metadata_t s) { mark_to_drop(s); }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    register<bit<32>, bit<8>>(16) seen;
    counter<bit<8>>(16, CounterType.packets) count;
    direct_counter(CounterType.packets_and_bytes) direct;
    bit<32> last;
    action set(in bit<8> from, out bit<8> to, bit<9> port) { to = from; s.egress_spec = port; }
    action plain(bit<9> port) {
        s.egress_spec = port;
        seen.read(last, h.h.c);
        seen.write(index = h.h.c, value = last + 1);
        count.count(h.h.c);
        direct.count();
    }
    @name("renamed") action other() { exit; }
    table t {
        key = {
            h.h.a: lpm @name("address");
            h.h.b: ternary;
            h.h.c & 0x0F: exact;
            h.h.d: range;
            h.h.isValid(): optional;
        }
        actions = { plain; @tableonly other; @defaultonly NoAction; set(h.h.c, h.h.d); }
        const default_action = plain(3);
        size = 64;
        counters = direct;
        const entries = {
            (0x0A000000 &&& 0xFF000000, _, 3, 1 .. 5, true): plain(1);
            (_, 0x10 &&& 0xF0, 4, default, _): other();
        }
    }
    table u {
        key = { h.h.a: exact; }
        actions = { global_drop(s); NoAction; }
    }
    apply {
        if (t.apply().hit) { m.hit = true; } else if (!u.apply().miss) { return; }
        plain(9w4);
        set(h.h.c, h.h.d, 7);
        hash(m.r, HashAlgorithm.crc16, 8w0, { h.h.a, h.h.b }, 16w200);
        random(m.r, 0, 10);
        digest<metadata_t>(1, m);
        clone_preserving_field_list(CloneType.I2E, 5, 1);
        h.stack.push_front(1);
        h.stack[1].setInvalid();
        h.h = h.stack[0];
        log_msg("seen {}", { h.h.a });
        switch (h.h.c) {
            1: { h.h.c = 2; }
            2:
            3: { }
            default: { exit; }
        }
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    action a() { }
    table t { key = { } actions = { a; } default_action = a; }
    apply {
        switch (t.apply().action_run) {
            a: { truncate(64); }
            default: { }
        }
    }
}
control C(inout headers_t h, inout metadata_t m) {
    apply { update_checksum_with_payload(true, { h.h }, h.h.b, HashAlgorithm.csum16); }
}
control D(packet_out b, in headers_t h) { apply { b.emit(h.h); b.emit(h.stack); } }
V1Switch(p = P(), vr = V(), ig = I(), eg = E(), ck = C(), dep = D()) main;
