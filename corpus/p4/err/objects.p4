#include <core.p4>
extern plain { plain(bit<8> size); void put(in bit<8> x); }
extern without { void put(in bit<8> x); }
extern machine { machine(); abstract bit<8> step(in bit<8> x); abstract void done(); }
extern wrong<T> { bit<8> wrong(); void one(in bit<8> x); void one(in bit<8> x); void self(wrong<T> x); }
extern void takes(in plain p);
control T(inout bit<8> x);
control A(inout bit<8> x) { apply { } }
parser Q(packet_in b) { state start { transition accept; } }
control WithParser(inout bit<8> x)(Q q) { apply { } }
A() at_the_top;
plain(8) global;
plain(8) bodied = { void more() { } };
machine() half = { bit<8> step(in bit<16> x) { return this; } void other() { } };
package pack(T t);
control c(inout bit<8> x) {
    T() only_a_type;
    without() w;
    plain() few;
    plain(x) run_time;
    Q() a_parser;
    c() itself;
    plain variable;
    A also_no_variable;
    A() a;
    plain(1) p;
    apply {
        plain(3) among_statements;
        a.put(x);
        p.get();
        p.put(p);
        A.apply(16w1);
        x = a.apply(x);
        global.put(this);
    }
}
pack(c()) one;
pack(Q()) two;
pack(global) three;
plain(3) main;
