// A pragma has a name, and brackets that fit together.
@pragma @name "x"
const bit<8> A = 1;
@pragma note ( ]
const bit<8> B = 2;
