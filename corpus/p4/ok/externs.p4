// Externs of the program's own, with constructors, abstract methods and type parameters.
#include <v1model.p4>
struct headers_t { }
struct metadata_t { bit<8> x; bit<16> y; }
extern Store<T> {
    Store(T start);
    Store(T start, bit<32> size);
    T get();
    void put(in T value);
    void put(in T value, in bool twice);
    R as<R>();
}
extern Machine {
    Machine(bit<8> steps);
    abstract bit<8> step(in bit<8> x);
    @optional abstract void done(inout bit<8> x);
    bit<8> run(in bit<8> x);
}
@pure extern bit<8> parity(bit<8> x);
const bit<8> SIZE = 4;
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control Uses(inout bit<8> x)(Store<bit<8>> store) { apply { x = store.get(); } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    Store<bit<8>>(1) bytes;
    Store(size = 10, start = 16w3) words;
    Machine(SIZE) machine = {
        bit<8> step(in bit<8> x) { bytes.put(x); return x + 1; }
    };
    Uses(bytes) uses;
    apply {
        bytes.put(m.x);
        bytes.put(twice = true, value = m.x);
        m.y = words.get();
        m.x = words.as<bit<8>>();
        m.x = machine.run(m.x) + parity(3);
        uses.apply(m.x);
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
