header_type ethernet_t {
    fields {
        dst : 48;
        src : 48;
        kind : 16;
    }
}
header ethernet_t ethernet;
parser start {
    extract(ethernet);
    return ingress;
}
control ingress {
}
