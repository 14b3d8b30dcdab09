// Which parameters can be left out.
control c(out bit<8> x = 3)(@optional bit<8> y) { apply { x = 1; } }
extern void f(@optional in bit<8> x = 3);
bit<8> g(@optional in bit<8> x) { return 1; }
