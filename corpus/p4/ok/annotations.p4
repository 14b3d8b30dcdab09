// Annotations: known ones, free ones, structured ones and pragmas.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
@my_note(anything { that } it's 'said' $5) const bit<8> NOTED = 1;
@free(brackets ] } [ of { other kinds ( ] )) const bit<8> FREE = 4;
@structured[1, "two", true, 3 + 4] const bit<8> LISTED = 2;
@pairs[a = 1, b = "x" ++ "y"] const bit<8> PAIRED = 3;
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    @name("my_set") @noWarn("unused") action set(@name("value") bit<8> v) @my_note { m.x = v; }
    @pragma hidden_from_nobody with (some) words
    @name(".absolute") @id(7)
    table t {
        key = { h.h.a: exact @name("letter a"); }
        actions = { @tableonly set; @defaultonly NoAction; }
    }
    apply @my_note(of the block) {
        @likely { m.x = 1; }
        t.apply();
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
