// Another architecture.
#include <core.p4>
control C(inout bit<8> x);
package Other(C c);
control Mine(inout bit<8> x) { apply { } }
Other(Mine()) main;
