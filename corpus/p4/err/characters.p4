const bit<8> x = 8w1 $ 2;
const bit<8> y = 0xZZ;
const bit<8> z = 0w1;
const string s = "never ends;
