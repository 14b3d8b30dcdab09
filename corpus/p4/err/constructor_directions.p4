// What is known when compiled has no direction.
control ct(in bit<8> x);
package pack(in ct c);
control c()(in bit<8> x, out bit<8> y) { apply { } }
extern E { E(inout bit<8> x); }
