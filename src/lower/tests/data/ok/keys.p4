// Keys of every kind, entries in the program, validity, masks and expressions in keys.
#include <v1model.p4>
header h_t { bit<32> a; bit<16> b; bit<8> c; bit<8> d; }
header g_t { bit<8> x; }
struct headers_t { h_t h; g_t g; }
struct metadata_t { bit<8> r; }
parser P(packet_in b, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    state start {
        b.extract(hdr.h);
        transition select(hdr.h.c, hdr.h.d) {
            (1 .. 6, 0x20 &&& 0xF0): more;
            (7, _): more;
            default: accept;
        }
    }
    state more { b.extract(hdr.g); transition accept; }
}
control V(inout headers_t hdr, inout metadata_t meta) { apply { } }
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    action a(bit<9> port) { sm.egress_spec = port; }
    table prefixes {
        key = { hdr.h.a: lpm; hdr.h.d: exact; }
        actions = { a; }
        const default_action = a(1);
        const entries = {
            (0x0A000000 &&& 0xFF000000, 1): a(2);
            (0x0A010203, 1): a(3);
            (_, 2): a(4);
        }
    }
    table sets {
        key = {
            hdr.g.isValid(): exact;
            hdr.h.b: ternary;
            hdr.h.c: range;
            hdr.h.d & 0x0F: exact @name("low");
            hdr.h.a[15:8]: ternary @name("middle");
        }
        actions = { a; NoAction; }
        const entries = {
            (true, 0x0800, 1 .. 9, 3, _): a(5);
            (false, _, _, 4, 0x10 &&& 0xF0): NoAction();
        }
    }
    apply {
        prefixes.apply();
        sets.apply();
    }
}
control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out b, in headers_t hdr) { apply { b.emit(hdr.h); b.emit(hdr.g); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
