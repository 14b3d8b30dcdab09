// Names that are there twice.
enum Colour { red, green, red }
enum bit<8> Kind { a = 1, a = 2 }
struct pair_t<T, T> { T x; }
control ct(in bit<8> x, out bit<8> x);
void f<T>(in T x, in T x) { }
