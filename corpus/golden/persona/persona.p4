// The HyPer4 persona: emulates P4 programs that are given to it as table rows.
// Made by `hyper4 persona generate`; do not edit.
// window_bytes = 128, parse_bytes = 96, metadata_bits = 256, ingress_slots = 20, egress_slots = 8, rows_per_table = 4096, registers = 65536, counters = 65536, meters = 4096, copies = true, digests = true, random = true
#include <core.p4>
#include <v1model.p4>


header whole_t { bit<768> bytes; }
header chunk128_t { bit<1024> bytes; }
header chunk64_t { bit<512> bytes; }
header chunk32_t { bit<256> bytes; }
header chunk16_t { bit<128> bytes; }
header chunk8_t { bit<64> bytes; }
header chunk4_t { bit<32> bytes; }
header chunk2_t { bit<16> bytes; }
header chunk1_t { bit<8> bytes; }
struct headers_t { whole_t whole; chunk128_t chunk128; chunk64_t chunk64; chunk32_t chunk32; chunk16_t chunk16; chunk8_t chunk8; chunk4_t chunk4; chunk2_t chunk2; chunk1_t chunk1; }
struct sample_t { bit<16> device; bit<16> list; bit<128> values; }
struct hashed_t { bit<1296> bytes; }
// state: uppermost how many bytes of the packet are in the window (8), and 8 zeros; then the window, byte 0 of the
// packet uppermost; below it the guest's metadata, then from bit 0 ingress_port (9), egress_spec (9),
// egress_port (9), at bit 32 mcast_grp (16).
struct metadata_t {
    bit<1296> state;
    bit<1296> key;       // the part of the state that an exact lookup matches
    bit<464> prefix;    // the same for an lpm lookup, but the zeros in front of it
    bit<128> tail;      // the packet's bytes behind the pieces of 16 and more, on their way in and out
    @field_list(1) bit<16> device;     // written by the operator's rows alone
    // What is looked up next: the slot uppermost, then the kind of lookup (8 bits each), then the micro-PC. Slots from
    // 80 on are of egress, from 20 on they are where devices leave that lead to no other one; 254, 253:
    // enter_egress, or enter_back and enter_onward, say where it begins; 252: egress drops it; 255: nothing more.
    bit<32> next;
    @field_list(1) bit<8> length;      // bytes of the packet that came into the window
    bit<8> pad;         // by how many bits the tail is shifted; by how much a clone's bytes are
    bit<64> hash;
    bit<8> traits;      // 1: the packet may have been changed
    bit<16> access;     // one of the guest's arrays, and what is done to it
    bit<32> index;      // the guest's number of a cell
    bit<64> data;       // what a register is to be, or was
    @field_list(1) bit<1296> copied; // the state when it was asked for
    @field_list(1) bit<8> again; // the number of the guest's field list, to come in again; 0: it doesn't
    @field_list(1) bit<8> clone_list; // the same, of a clone
    @field_list(1) bit<8> unparsed; // 1: all bytes of the packet are behind its headers, to be cut off when it leaves
    bit<16> session;    // the guest's, for which the packet is cloned
    bit<2> asked;       // for one of them: 1: in ingress, 2: in egress
    bit<16> learnt;     // 1 and the number of the guest's list; 0: nothing
    bit<128> sample;    // its elements' values, the last one lowest
}

register<bit<64>>(65536) registers;
counter(65536, CounterType.packets_and_bytes) counters;
meter(4096, MeterType.packets) packet_meters;
meter(4096, MeterType.bytes) byte_meters;

parser PersonaParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
inout standard_metadata_t standard_metadata) {
    state start {
        transition select(meta.next, standard_metadata.packet_length) {
            (32w0, 32w0): untold;
            (32w0, 32w0x00000000 &&& 32w0xfffffff0): head0;
            (32w0, 32w0x00000010 &&& 32w0xfffffff0): head16;
            (32w0, 32w0x00000020 &&& 32w0xfffffff0): head32;
            (32w0, 32w0x00000030 &&& 32w0xfffffff0): head48;
            (32w0, 32w0x00000040 &&& 32w0xfffffff0): head64;
            (32w0, 32w0x00000050 &&& 32w0xfffffff0): head80;
            (32w0, _): full_window;
            default: untold;
        }
    }
    state full_window {
        packet.extract(hdr.whole);
        meta.length = 96;
        meta.state = 8w96 ++ 8w0 ++ hdr.whole.bytes ++ (bit<512>)standard_metadata.ingress_port;
        transition accept;
    }
    state untold {
        meta.length = 0;
        meta.state = (bit<1296>)standard_metadata.ingress_port;
        packet.extract(hdr.whole);
        transition accept;
    }
    state head0 {
        meta.tail = 0;
        transition select(standard_metadata.packet_length) {
            32w0 &&& 32w15: whole_of0;
            32w8 &&& 32w8: take8;
            32w4 &&& 32w12: take4;
            32w2 &&& 32w14: take2;
            default: take1;
        }
    }
    state whole_of0 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ (bit<1280>)standard_metadata.ingress_port;
        transition accept;
    }
    state tail_of0 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ meta.tail ++ (bit<1152>)standard_metadata.ingress_port;
        transition accept;
    }
    state head16 {
        packet.extract(hdr.chunk16);
        meta.tail = 0;
        transition select(standard_metadata.packet_length) {
            32w0 &&& 32w15: whole_of16;
            32w8 &&& 32w8: take8;
            32w4 &&& 32w12: take4;
            32w2 &&& 32w14: take2;
            default: take1;
        }
    }
    state whole_of16 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk16.bytes ++ (bit<1152>)standard_metadata.ingress_port;
        transition accept;
    }
    state tail_of16 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk16.bytes ++ meta.tail ++ (bit<1024>)standard_metadata.ingress_port;
        transition accept;
    }
    state head32 {
        packet.extract(hdr.chunk32);
        meta.tail = 0;
        transition select(standard_metadata.packet_length) {
            32w0 &&& 32w15: whole_of32;
            32w8 &&& 32w8: take8;
            32w4 &&& 32w12: take4;
            32w2 &&& 32w14: take2;
            default: take1;
        }
    }
    state whole_of32 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk32.bytes ++ (bit<1024>)standard_metadata.ingress_port;
        transition accept;
    }
    state tail_of32 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk32.bytes ++ meta.tail ++ (bit<896>)standard_metadata.ingress_port;
        transition accept;
    }
    state head48 {
        packet.extract(hdr.chunk32);
        packet.extract(hdr.chunk16);
        meta.tail = 0;
        transition select(standard_metadata.packet_length) {
            32w0 &&& 32w15: whole_of48;
            32w8 &&& 32w8: take8;
            32w4 &&& 32w12: take4;
            32w2 &&& 32w14: take2;
            default: take1;
        }
    }
    state whole_of48 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk32.bytes ++ hdr.chunk16.bytes ++ (bit<896>)standard_metadata.ingress_port;
        transition accept;
    }
    state tail_of48 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk32.bytes ++ hdr.chunk16.bytes ++ meta.tail ++ (bit<768>)standard_metadata.ingress_port;
        transition accept;
    }
    state head64 {
        packet.extract(hdr.chunk64);
        meta.tail = 0;
        transition select(standard_metadata.packet_length) {
            32w0 &&& 32w15: whole_of64;
            32w8 &&& 32w8: take8;
            32w4 &&& 32w12: take4;
            32w2 &&& 32w14: take2;
            default: take1;
        }
    }
    state whole_of64 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk64.bytes ++ (bit<768>)standard_metadata.ingress_port;
        transition accept;
    }
    state tail_of64 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk64.bytes ++ meta.tail ++ (bit<640>)standard_metadata.ingress_port;
        transition accept;
    }
    state head80 {
        packet.extract(hdr.chunk64);
        packet.extract(hdr.chunk16);
        meta.tail = 0;
        transition select(standard_metadata.packet_length) {
            32w0 &&& 32w15: whole_of80;
            32w8 &&& 32w8: take8;
            32w4 &&& 32w12: take4;
            32w2 &&& 32w14: take2;
            default: take1;
        }
    }
    state whole_of80 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk64.bytes ++ hdr.chunk16.bytes ++ (bit<640>)standard_metadata.ingress_port;
        transition accept;
    }
    state tail_of80 {
        meta.length = standard_metadata.packet_length[7:0];
        meta.state = meta.length ++ 8w0 ++ hdr.chunk64.bytes ++ hdr.chunk16.bytes ++ meta.tail ++ (bit<512>)standard_metadata.ingress_port;
        transition accept;
    }
    state take8 {
        packet.extract(hdr.chunk8);
        meta.tail = (meta.tail << 64) | (bit<128>)hdr.chunk8.bytes;
        transition select(standard_metadata.packet_length) {
            32w4 &&& 32w4: take4;
            32w2 &&& 32w6: take2;
            32w1 &&& 32w7: take1;
            default: aligned;
        }
    }
    state take4 {
        packet.extract(hdr.chunk4);
        meta.tail = (meta.tail << 32) | (bit<128>)hdr.chunk4.bytes;
        transition select(standard_metadata.packet_length) {
            32w2 &&& 32w2: take2;
            32w1 &&& 32w3: take1;
            default: aligned;
        }
    }
    state take2 {
        packet.extract(hdr.chunk2);
        meta.tail = (meta.tail << 16) | (bit<128>)hdr.chunk2.bytes;
        transition select(standard_metadata.packet_length) {
            32w1 &&& 32w1: take1;
            default: aligned;
        }
    }
    state take1 {
        packet.extract(hdr.chunk1);
        meta.tail = (meta.tail << 8) | (bit<128>)hdr.chunk1.bytes;
        transition aligned;
    }
    state aligned {
        meta.pad = (16 - (bit<8>)standard_metadata.packet_length[3:0]) << 3;
        meta.tail = meta.tail << meta.pad;
        transition select(standard_metadata.packet_length) {
            32w0 &&& 32w0xf0: tail_of0;
            32w16 &&& 32w0xf0: tail_of16;
            32w32 &&& 32w0xf0: tail_of32;
            32w48 &&& 32w0xf0: tail_of48;
            32w64 &&& 32w0xf0: tail_of64;
            default: tail_of80;
        }
    }
}

control PersonaIngress(inout headers_t hdr, inout metadata_t meta,
inout standard_metadata_t standard_metadata) {
    hashed_t input;
    action discard() {
        mark_to_drop(standard_metadata);
        meta.next = 32w0xff000000;
    }
    action transmit(bit<9> port) {
        standard_metadata.egress_spec = port;
        meta.next = 32w0xff000000;
    }
    action transmit_same() {
        standard_metadata.egress_spec = meta.state[17:9];
        meta.next = 32w0xff000000;
    }
    action transmit_lost() {
        standard_metadata.egress_spec = meta.state[17:9];
        meta.next = 32w0xfc000000;
    }
    action forward(bit<9> port, bit<16> device, bit<32> next, bit<8> traits) {
        meta.device = device;
        meta.next = next;
        meta.traits = meta.traits | traits;
        meta.state = (meta.state & 1296w0xff00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000000000000000000000000000000000000000000000000000) | (bit<1296>)port;
    }
    action replicate(bit<16> group, bit<32> next) {
        standard_metadata.mcast_grp = group;
        meta.next = next;
    }
    action enter_look(bit<16> device, bit<8> traits, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.device = device;
        meta.traits = traits;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action enter_commit(bit<16> device, bit<8> traits, bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.device = device;
        meta.traits = traits;
        meta.state = (meta.state & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action enter_commit_move(bit<16> device, bit<8> traits, bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4,
    bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.device = device;
        meta.traits = traits;
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action enter_commit_checksum(bit<16> device, bit<8> traits, bit<1296> keep, bit<1296> value, bit<1296> sum_mask, bit<8> t0, bit<8> t1, bit<8> t2, bit<8> t3, bit<8> t4,
    bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.device = device;
        meta.traits = traits;
        input.bytes = meta.state & sum_mask;
        hash(meta.hash, HashAlgorithm.csum16, 64w0, input, 64w0x10000);
        meta.state = (meta.state & keep) ^ value ^ (((bit<1296>)meta.hash) << t0 << t1 << t2 << t3 << t4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action transmit_commit(bit<9> port, bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        standard_metadata.egress_spec = port;
        meta.state = (((meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)meta.state[17:9] << 18)) & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action transmit_commit_move(bit<9> port, bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        standard_metadata.egress_spec = port;
        meta.state = (meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)meta.state[17:9] << 18);
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action transmit_same_commit(bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        standard_metadata.egress_spec = meta.state[17:9];
        meta.state = (((meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)meta.state[17:9] << 18)) & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action transmit_same_commit_move(bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        standard_metadata.egress_spec = meta.state[17:9];
        meta.state = (meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)meta.state[17:9] << 18);
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action begin_again(bit<1296> keep, bit<32> next, bit<8> traits) {
        meta.next = next;
        meta.traits = traits;
        meta.state = (meta.state & 1296w0xff00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000000000000000000000000000000000000000000000000000) | (meta.copied & keep);
    }
    action go_on(bit<32> next, bit<8> traits) {
        meta.next = next;
        meta.traits = traits;
        meta.state = meta.copied;
    }
    table enter_again {
        key = { meta.device: exact; meta.again: exact; }
        actions = { begin_again; go_on; discard; }
        default_action = discard();
        size = 4096;
    }
    action mirror_to(bit<32> session) {
        if (!hdr.whole.isValid()) {
            if (hdr.chunk64.isValid()) {
                if (hdr.chunk32.isValid()) {
                    meta.copied = (meta.length ++ 8w0 ++ hdr.chunk64.bytes ++ hdr.chunk32.bytes ++ meta.tail ++ 384w0) | (meta.copied & 1296w0x00ff0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff);
                } else {
                    if (hdr.chunk16.isValid()) {
                        meta.copied = (meta.length ++ 8w0 ++ hdr.chunk64.bytes ++ hdr.chunk16.bytes ++ meta.tail ++ 512w0) | (meta.copied & 1296w0x00ff0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff);
                    } else {
                        meta.copied = (meta.length ++ 8w0 ++ hdr.chunk64.bytes ++ meta.tail ++ 640w0) | (meta.copied & 1296w0x00ff0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff);
                    }
                }
            } else {
                if (hdr.chunk32.isValid()) {
                    if (hdr.chunk16.isValid()) {
                        meta.copied = (meta.length ++ 8w0 ++ hdr.chunk32.bytes ++ hdr.chunk16.bytes ++ meta.tail ++ 768w0) | (meta.copied & 1296w0x00ff0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff);
                    } else {
                        meta.copied = (meta.length ++ 8w0 ++ hdr.chunk32.bytes ++ meta.tail ++ 896w0) | (meta.copied & 1296w0x00ff0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff);
                    }
                } else {
                    if (hdr.chunk16.isValid()) {
                        meta.copied = (meta.length ++ 8w0 ++ hdr.chunk16.bytes ++ meta.tail ++ 1024w0) | (meta.copied & 1296w0x00ff0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff);
                    } else {
                        meta.copied = (meta.length ++ 8w0 ++ meta.tail ++ 1152w0) | (meta.copied & 1296w0x00ff0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff);
                    }
                }
            }
        }
        clone_preserving_field_list(CloneType.I2E, session, 1);
    }
    table mirror {
        key = { meta.device: exact; meta.session: exact; }
        actions = { mirror_to; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table enter {
        key = { standard_metadata.ingress_port: ternary; meta.state: ternary; }
        actions = { enter_look; enter_commit; enter_commit_move; enter_commit_checksum; discard; }
        default_action = discard();
        size = 4096;
    }
    action look(bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit(bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_add(bit<1296> keep, bit<1296> value, bit<1296> add_mask, bit<1296> addend, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^ (((meta.state & add_mask) + addend) & add_mask);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_move(bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_checksum(bit<1296> keep, bit<1296> value, bit<1296> sum_mask, bit<8> t0, bit<8> t1, bit<8> t2, bit<8> t3, bit<8> t4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = meta.state & sum_mask;
        hash(meta.hash, HashAlgorithm.csum16, 64w0, input, 64w0x10000);
        meta.state = (meta.state & keep) ^ value ^ (((bit<1296>)meta.hash) << t0 << t1 << t2 << t3 << t4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_sum(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) + ((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_difference(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) - ((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_conjunction(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) & ((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_product(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) * ((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_shift_left(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) << (bit<8>)((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_shift_right(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) >> (bit<8>)((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_crc16(bit<1296> keep, bit<1296> value, bit<1296> input_mask,
    bit<8> il0, bit<8> il1, bit<8> il2, bit<8> il3, bit<8> il4, bit<8> ir0, bit<8> ir1, bit<8> ir2, bit<8> ir3, bit<8> ir4, bit<1296> input_value, bit<64> base, bit<64> modulus,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = (((meta.state & input_mask) << il0 << il1 << il2 << il3 << il4) >> ir0 >> ir1 >> ir2 >> ir3 >> ir4) ^ input_value;
        hash(meta.hash, HashAlgorithm.crc16, base, input, modulus);
        meta.state = (meta.state & keep) ^ value ^ ((((bit<1296>)meta.hash & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_crc32(bit<1296> keep, bit<1296> value, bit<1296> input_mask,
    bit<8> il0, bit<8> il1, bit<8> il2, bit<8> il3, bit<8> il4, bit<8> ir0, bit<8> ir1, bit<8> ir2, bit<8> ir3, bit<8> ir4, bit<1296> input_value, bit<64> base, bit<64> modulus,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = (((meta.state & input_mask) << il0 << il1 << il2 << il3 << il4) >> ir0 >> ir1 >> ir2 >> ir3 >> ir4) ^ input_value;
        hash(meta.hash, HashAlgorithm.crc32, base, input, modulus);
        meta.state = (meta.state & keep) ^ value ^ ((((bit<1296>)meta.hash & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_csum16(bit<1296> keep, bit<1296> value, bit<1296> input_mask,
    bit<8> il0, bit<8> il1, bit<8> il2, bit<8> il3, bit<8> il4, bit<8> ir0, bit<8> ir1, bit<8> ir2, bit<8> ir3, bit<8> ir4, bit<1296> input_value, bit<64> base, bit<64> modulus,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = (((meta.state & input_mask) << il0 << il1 << il2 << il3 << il4) >> ir0 >> ir1 >> ir2 >> ir3 >> ir4) ^ input_value;
        hash(meta.hash, HashAlgorithm.csum16, base, input, modulus);
        meta.state = (meta.state & keep) ^ value ^ ((((bit<1296>)meta.hash & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_xor16(bit<1296> keep, bit<1296> value, bit<1296> input_mask,
    bit<8> il0, bit<8> il1, bit<8> il2, bit<8> il3, bit<8> il4, bit<8> ir0, bit<8> ir1, bit<8> ir2, bit<8> ir3, bit<8> ir4, bit<1296> input_value, bit<64> base, bit<64> modulus,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = (((meta.state & input_mask) << il0 << il1 << il2 << il3 << il4) >> ir0 >> ir1 >> ir2 >> ir3 >> ir4) ^ input_value;
        hash(meta.hash, HashAlgorithm.xor16, base, input, modulus);
        meta.state = (meta.state & keep) ^ value ^ ((((bit<1296>)meta.hash & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_state(bit<1296> keep, bit<1296> value, bit<16> access, bit<1296> index_mask, bit<8> i0, bit<8> i1, bit<8> i2, bit<8> i3, bit<8> i4, bit<32> index,
    bit<1296> data_mask, bit<8> d0, bit<8> d1, bit<8> d2, bit<8> d3, bit<8> d4, bit<64> data, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value;
        meta.access = access;
        meta.index = (bit<32>)((meta.state & index_mask) >> i0 >> i1 >> i2 >> i3 >> i4) ^ index;
        meta.data = (bit<64>)((meta.state & data_mask) >> d0 >> d1 >> d2 >> d3 >> d4) ^ data;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_load(bit<1296> keep, bit<1296> value, bit<64> data_mask, bit<8> t0, bit<8> t1, bit<8> t2, bit<8> t3, bit<8> t4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^ (((bit<1296>)(meta.data & data_mask)) << t0 << t1 << t2 << t3 << t4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_standard(bit<1296> keep, bit<1296> value, bit<32> packet_length, bit<32> instance_type, bit<48> ingress_global_timestamp, bit<8> t0, bit<8> t1, bit<8> t2, bit<8> t3, bit<8> t4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^ (((bit<1296>)((bit<48>)(standard_metadata.packet_length & packet_length) | (bit<48>)(standard_metadata.instance_type & instance_type) | (bit<48>)(standard_metadata.ingress_global_timestamp & ingress_global_timestamp))) << t0 << t1 << t2 << t3 << t4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action read_register(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            registers.read(meta.data, meta.index);
        }
    }
    action write_register(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            registers.write(meta.index, meta.data);
        }
    }
    action count(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            counters.count(meta.index);
        }
    }
    action meter_packets(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            packet_meters.execute_meter(meta.index, meta.data);
        }
    }
    action meter_bytes(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            byte_meters.execute_meter(meta.index, meta.data);
        }
    }
    action cut() {
        truncate(meta.index);
    }
    action ask() {
        meta.copied = meta.state;
        meta.again = meta.index[7:0];
        meta.clone_list = meta.index[15:8];
        meta.session = meta.data[15:0];
        meta.asked = 1;
    }
    action draw() {
        random(meta.data, (bit<64>)meta.index, meta.data);
    }
    action sample(bit<16> number, bit<1296> mask, bit<8> by) {
        meta.learnt = number;
        meta.sample = (bit<128>)((meta.state & mask) >> by);
    }
    table step_0 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_0 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_0 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_0 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_0 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_0 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_0 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_1 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_1 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_1 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_1 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_1 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_1 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_1 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_2 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_2 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_2 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_2 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_2 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_2 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_2 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_3 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_3 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_3 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_3 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_3 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_3 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_3 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_4 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_4 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_4 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_4 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_4 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_4 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_4 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_5 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_5 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_5 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_5 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_5 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_5 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_5 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_6 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_6 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_6 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_6 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_6 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_6 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_6 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_7 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_7 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_7 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_7 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_7 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_7 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_7 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_8 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_8 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_8 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_8 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_8 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_8 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_8 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_9 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_9 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_9 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_9 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_9 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_9 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_9 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_10 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_10 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_10 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_10 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_10 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_10 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_10 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_11 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_11 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_11 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_11 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_11 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_11 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_11 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_12 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_12 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_12 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_12 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_12 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_12 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_12 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_13 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_13 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_13 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_13 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_13 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_13 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_13 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_14 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_14 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_14 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_14 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_14 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_14 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_14 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_15 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_15 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_15 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_15 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_15 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_15 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_15 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_16 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_16 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_16 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_16 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_16 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_16 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_16 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_17 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_17 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_17 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_17 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_17 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_17 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_17 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_18 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_18 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_18 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_18 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_18 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_18 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_18 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table step_19 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_19 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_19 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_19 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_19 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; sample; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table leave_19 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; forward; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_19 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_20 {
        key = { meta.device: exact; meta.state & 1296w0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003fe00: exact; }
        actions = { transmit; transmit_commit; transmit_commit_move; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_same {
        key = { meta.device: exact; }
        actions = { transmit_same; transmit_same_commit; transmit_same_commit_move; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_back {
        key = { meta.device: exact; }
        actions = { transmit_same; transmit_lost; transmit_same_commit; transmit_same_commit_move; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_onward {
        key = { meta.device: exact; }
        actions = { transmit_same; transmit_lost; transmit_same_commit; transmit_same_commit_move; discard; }
        default_action = discard();
        size = 4096;
    }
    table leave_multicast_20 {
        key = { meta.device: exact; meta.state & 1296w0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ffff00000000: exact; }
        actions = { replicate; discard; }
        default_action = discard();
        size = 4096;
    }
    apply {
        if (standard_metadata.instance_type == 0) {
            enter.apply();
        } else {
            enter_again.apply();
        }
        if (meta.next < 32w0x00010000) {
            if (meta.state[47:32] != 0) {
                leave_multicast_0.apply();
            } else {
                leave_0.apply();
            }
        } else if (meta.next < 32w0x00020000) {
            ternary_0.apply();
        } else if (meta.next < 32w0x01000000) {
            if (meta.next < 32w0x00030000) {
                lpm_0.apply();
            } else if (meta.next < 32w0x00040000) {
                exact_0.apply();
            } else if (meta.next < 32w0x00050000) {
                state_0.apply();
            }
            if (meta.next < 32w0x01000000) {
                step_0.apply();
            }
        }
        if (meta.next < 32w0x01010000) {
            if (meta.state[47:32] != 0) {
                leave_multicast_1.apply();
            } else {
                leave_1.apply();
            }
        } else if (meta.next < 32w0x01020000) {
            ternary_1.apply();
        } else if (meta.next < 32w0x02000000) {
            if (meta.next < 32w0x01030000) {
                lpm_1.apply();
            } else if (meta.next < 32w0x01040000) {
                exact_1.apply();
            } else if (meta.next < 32w0x01050000) {
                state_1.apply();
            }
            if (meta.next < 32w0x02000000) {
                step_1.apply();
            }
        }
        if (meta.next < 32w0x14000000) {
            if (meta.next < 32w0x02010000) {
                if (meta.state[47:32] != 0) {
                    leave_multicast_2.apply();
                } else {
                    leave_2.apply();
                }
            } else if (meta.next < 32w0x02020000) {
                ternary_2.apply();
            } else if (meta.next < 32w0x03000000) {
                if (meta.next < 32w0x02030000) {
                    lpm_2.apply();
                } else if (meta.next < 32w0x02040000) {
                    exact_2.apply();
                } else if (meta.next < 32w0x02050000) {
                    state_2.apply();
                }
                if (meta.next < 32w0x03000000) {
                    step_2.apply();
                }
            }
            if (meta.next < 32w0x03010000) {
                if (meta.state[47:32] != 0) {
                    leave_multicast_3.apply();
                } else {
                    leave_3.apply();
                }
            } else if (meta.next < 32w0x03020000) {
                ternary_3.apply();
            } else if (meta.next < 32w0x04000000) {
                if (meta.next < 32w0x03030000) {
                    lpm_3.apply();
                } else if (meta.next < 32w0x03040000) {
                    exact_3.apply();
                } else if (meta.next < 32w0x03050000) {
                    state_3.apply();
                }
                if (meta.next < 32w0x04000000) {
                    step_3.apply();
                }
            }
            if (meta.next < 32w0x14000000) {
                if (meta.next < 32w0x04010000) {
                    if (meta.state[47:32] != 0) {
                        leave_multicast_4.apply();
                    } else {
                        leave_4.apply();
                    }
                } else if (meta.next < 32w0x04020000) {
                    ternary_4.apply();
                } else if (meta.next < 32w0x05000000) {
                    if (meta.next < 32w0x04030000) {
                        lpm_4.apply();
                    } else if (meta.next < 32w0x04040000) {
                        exact_4.apply();
                    } else if (meta.next < 32w0x04050000) {
                        state_4.apply();
                    }
                    if (meta.next < 32w0x05000000) {
                        step_4.apply();
                    }
                }
                if (meta.next < 32w0x05010000) {
                    if (meta.state[47:32] != 0) {
                        leave_multicast_5.apply();
                    } else {
                        leave_5.apply();
                    }
                } else if (meta.next < 32w0x05020000) {
                    ternary_5.apply();
                } else if (meta.next < 32w0x06000000) {
                    if (meta.next < 32w0x05030000) {
                        lpm_5.apply();
                    } else if (meta.next < 32w0x05040000) {
                        exact_5.apply();
                    } else if (meta.next < 32w0x05050000) {
                        state_5.apply();
                    }
                    if (meta.next < 32w0x06000000) {
                        step_5.apply();
                    }
                }
                if (meta.next < 32w0x14000000) {
                    if (meta.next < 32w0x06010000) {
                        if (meta.state[47:32] != 0) {
                            leave_multicast_6.apply();
                        } else {
                            leave_6.apply();
                        }
                    } else if (meta.next < 32w0x06020000) {
                        ternary_6.apply();
                    } else if (meta.next < 32w0x07000000) {
                        if (meta.next < 32w0x06030000) {
                            lpm_6.apply();
                        } else if (meta.next < 32w0x06040000) {
                            exact_6.apply();
                        } else if (meta.next < 32w0x06050000) {
                            state_6.apply();
                        }
                        if (meta.next < 32w0x07000000) {
                            step_6.apply();
                        }
                    }
                    if (meta.next < 32w0x07010000) {
                        if (meta.state[47:32] != 0) {
                            leave_multicast_7.apply();
                        } else {
                            leave_7.apply();
                        }
                    } else if (meta.next < 32w0x07020000) {
                        ternary_7.apply();
                    } else if (meta.next < 32w0x08000000) {
                        if (meta.next < 32w0x07030000) {
                            lpm_7.apply();
                        } else if (meta.next < 32w0x07040000) {
                            exact_7.apply();
                        } else if (meta.next < 32w0x07050000) {
                            state_7.apply();
                        }
                        if (meta.next < 32w0x08000000) {
                            step_7.apply();
                        }
                    }
                    if (meta.next < 32w0x14000000) {
                        if (meta.next < 32w0x08010000) {
                            if (meta.state[47:32] != 0) {
                                leave_multicast_8.apply();
                            } else {
                                leave_8.apply();
                            }
                        } else if (meta.next < 32w0x08020000) {
                            ternary_8.apply();
                        } else if (meta.next < 32w0x09000000) {
                            if (meta.next < 32w0x08030000) {
                                lpm_8.apply();
                            } else if (meta.next < 32w0x08040000) {
                                exact_8.apply();
                            } else if (meta.next < 32w0x08050000) {
                                state_8.apply();
                            }
                            if (meta.next < 32w0x09000000) {
                                step_8.apply();
                            }
                        }
                        if (meta.next < 32w0x09010000) {
                            if (meta.state[47:32] != 0) {
                                leave_multicast_9.apply();
                            } else {
                                leave_9.apply();
                            }
                        } else if (meta.next < 32w0x09020000) {
                            ternary_9.apply();
                        } else if (meta.next < 32w0x0a000000) {
                            if (meta.next < 32w0x09030000) {
                                lpm_9.apply();
                            } else if (meta.next < 32w0x09040000) {
                                exact_9.apply();
                            } else if (meta.next < 32w0x09050000) {
                                state_9.apply();
                            }
                            if (meta.next < 32w0x0a000000) {
                                step_9.apply();
                            }
                        }
                        if (meta.next < 32w0x14000000) {
                            if (meta.next < 32w0x0a010000) {
                                if (meta.state[47:32] != 0) {
                                    leave_multicast_10.apply();
                                } else {
                                    leave_10.apply();
                                }
                            } else if (meta.next < 32w0x0a020000) {
                                ternary_10.apply();
                            } else if (meta.next < 32w0x0b000000) {
                                if (meta.next < 32w0x0a030000) {
                                    lpm_10.apply();
                                } else if (meta.next < 32w0x0a040000) {
                                    exact_10.apply();
                                } else if (meta.next < 32w0x0a050000) {
                                    state_10.apply();
                                }
                                if (meta.next < 32w0x0b000000) {
                                    step_10.apply();
                                }
                            }
                            if (meta.next < 32w0x0b010000) {
                                if (meta.state[47:32] != 0) {
                                    leave_multicast_11.apply();
                                } else {
                                    leave_11.apply();
                                }
                            } else if (meta.next < 32w0x0b020000) {
                                ternary_11.apply();
                            } else if (meta.next < 32w0x0c000000) {
                                if (meta.next < 32w0x0b030000) {
                                    lpm_11.apply();
                                } else if (meta.next < 32w0x0b040000) {
                                    exact_11.apply();
                                } else if (meta.next < 32w0x0b050000) {
                                    state_11.apply();
                                }
                                if (meta.next < 32w0x0c000000) {
                                    step_11.apply();
                                }
                            }
                            if (meta.next < 32w0x14000000) {
                                if (meta.next < 32w0x0c010000) {
                                    if (meta.state[47:32] != 0) {
                                        leave_multicast_12.apply();
                                    } else {
                                        leave_12.apply();
                                    }
                                } else if (meta.next < 32w0x0c020000) {
                                    ternary_12.apply();
                                } else if (meta.next < 32w0x0d000000) {
                                    if (meta.next < 32w0x0c030000) {
                                        lpm_12.apply();
                                    } else if (meta.next < 32w0x0c040000) {
                                        exact_12.apply();
                                    } else if (meta.next < 32w0x0c050000) {
                                        state_12.apply();
                                    }
                                    if (meta.next < 32w0x0d000000) {
                                        step_12.apply();
                                    }
                                }
                                if (meta.next < 32w0x0d010000) {
                                    if (meta.state[47:32] != 0) {
                                        leave_multicast_13.apply();
                                    } else {
                                        leave_13.apply();
                                    }
                                } else if (meta.next < 32w0x0d020000) {
                                    ternary_13.apply();
                                } else if (meta.next < 32w0x0e000000) {
                                    if (meta.next < 32w0x0d030000) {
                                        lpm_13.apply();
                                    } else if (meta.next < 32w0x0d040000) {
                                        exact_13.apply();
                                    } else if (meta.next < 32w0x0d050000) {
                                        state_13.apply();
                                    }
                                    if (meta.next < 32w0x0e000000) {
                                        step_13.apply();
                                    }
                                }
                                if (meta.next < 32w0x14000000) {
                                    if (meta.next < 32w0x0e010000) {
                                        if (meta.state[47:32] != 0) {
                                            leave_multicast_14.apply();
                                        } else {
                                            leave_14.apply();
                                        }
                                    } else if (meta.next < 32w0x0e020000) {
                                        ternary_14.apply();
                                    } else if (meta.next < 32w0x0f000000) {
                                        if (meta.next < 32w0x0e030000) {
                                            lpm_14.apply();
                                        } else if (meta.next < 32w0x0e040000) {
                                            exact_14.apply();
                                        } else if (meta.next < 32w0x0e050000) {
                                            state_14.apply();
                                        }
                                        if (meta.next < 32w0x0f000000) {
                                            step_14.apply();
                                        }
                                    }
                                    if (meta.next < 32w0x0f010000) {
                                        if (meta.state[47:32] != 0) {
                                            leave_multicast_15.apply();
                                        } else {
                                            leave_15.apply();
                                        }
                                    } else if (meta.next < 32w0x0f020000) {
                                        ternary_15.apply();
                                    } else if (meta.next < 32w0x10000000) {
                                        if (meta.next < 32w0x0f030000) {
                                            lpm_15.apply();
                                        } else if (meta.next < 32w0x0f040000) {
                                            exact_15.apply();
                                        } else if (meta.next < 32w0x0f050000) {
                                            state_15.apply();
                                        }
                                        if (meta.next < 32w0x10000000) {
                                            step_15.apply();
                                        }
                                    }
                                    if (meta.next < 32w0x14000000) {
                                        if (meta.next < 32w0x10010000) {
                                            if (meta.state[47:32] != 0) {
                                                leave_multicast_16.apply();
                                            } else {
                                                leave_16.apply();
                                            }
                                        } else if (meta.next < 32w0x10020000) {
                                            ternary_16.apply();
                                        } else if (meta.next < 32w0x11000000) {
                                            if (meta.next < 32w0x10030000) {
                                                lpm_16.apply();
                                            } else if (meta.next < 32w0x10040000) {
                                                exact_16.apply();
                                            } else if (meta.next < 32w0x10050000) {
                                                state_16.apply();
                                            }
                                            if (meta.next < 32w0x11000000) {
                                                step_16.apply();
                                            }
                                        }
                                        if (meta.next < 32w0x11010000) {
                                            if (meta.state[47:32] != 0) {
                                                leave_multicast_17.apply();
                                            } else {
                                                leave_17.apply();
                                            }
                                        } else if (meta.next < 32w0x11020000) {
                                            ternary_17.apply();
                                        } else if (meta.next < 32w0x12000000) {
                                            if (meta.next < 32w0x11030000) {
                                                lpm_17.apply();
                                            } else if (meta.next < 32w0x11040000) {
                                                exact_17.apply();
                                            } else if (meta.next < 32w0x11050000) {
                                                state_17.apply();
                                            }
                                            if (meta.next < 32w0x12000000) {
                                                step_17.apply();
                                            }
                                        }
                                        if (meta.next < 32w0x14000000) {
                                            if (meta.next < 32w0x12010000) {
                                                if (meta.state[47:32] != 0) {
                                                    leave_multicast_18.apply();
                                                } else {
                                                    leave_18.apply();
                                                }
                                            } else if (meta.next < 32w0x12020000) {
                                                ternary_18.apply();
                                            } else if (meta.next < 32w0x13000000) {
                                                if (meta.next < 32w0x12030000) {
                                                    lpm_18.apply();
                                                } else if (meta.next < 32w0x12040000) {
                                                    exact_18.apply();
                                                } else if (meta.next < 32w0x12050000) {
                                                    state_18.apply();
                                                }
                                                if (meta.next < 32w0x13000000) {
                                                    step_18.apply();
                                                }
                                            }
                                            if (meta.next < 32w0x13010000) {
                                                if (meta.state[47:32] != 0) {
                                                    leave_multicast_19.apply();
                                                } else {
                                                    leave_19.apply();
                                                }
                                            } else if (meta.next < 32w0x13020000) {
                                                ternary_19.apply();
                                            } else if (meta.next < 32w0x14000000) {
                                                if (meta.next < 32w0x13030000) {
                                                    lpm_19.apply();
                                                } else if (meta.next < 32w0x13040000) {
                                                    exact_19.apply();
                                                } else if (meta.next < 32w0x13050000) {
                                                    state_19.apply();
                                                }
                                                if (meta.next < 32w0x14000000) {
                                                    step_19.apply();
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        if (meta.next < 32w0x50000000) {
            if (meta.next >= 32w0x14000000) {
                if (meta.state[47:32] != 0) {
                    leave_multicast_20.apply();
                } else if (meta.next < 32w0x15000000) {
                    leave_20.apply();
                } else if (meta.next < 32w0x16000000) {
                    leave_same.apply();
                } else if (meta.state[17:9] == meta.state[8:0]) {
                    leave_back.apply();
                } else {
                    leave_onward.apply();
                }
            }
        }
        if (meta.next < 32w0x50000000) {
            mark_to_drop(standard_metadata);
        }
        if (meta.asked == 1) {
            if (meta.again != 0) {
                resubmit_preserving_field_list(1);
            }
            if (meta.clone_list != 0) {
                mirror.apply();
            }
        }
        if (meta.learnt != 0) {
            digest<sample_t>(1, { meta.device, meta.learnt, meta.sample });
        }
    }
}
control PersonaEgress(inout headers_t hdr, inout metadata_t meta,
inout standard_metadata_t standard_metadata) {
    hashed_t input;
    action discard() {
        mark_to_drop(standard_metadata);
        meta.next = 32w0xfe000000;
    }
    action enter_commit(bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {

        meta.state = (((meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)standard_metadata.egress_port << 18)) & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action enter_commit_move(bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {

        meta.state = (meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)standard_metadata.egress_port << 18);
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action enter_as_commit(bit<9> port, bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {

        meta.state = (((meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)port << 18)) & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action enter_as_commit_move(bit<9> port, bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {

        meta.state = (meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)port << 18);
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action enter_done() {
        meta.next = 32w0xff000000;
    }
    table enter_egress {
        key = { meta.device: exact; standard_metadata.egress_port: ternary; }
        actions = { enter_commit; enter_commit_move; enter_as_commit; enter_as_commit_move; discard; }
        default_action = discard();
        size = 4096;
    }
    table enter_back {
        key = { meta.device: exact; }
        actions = { enter_done; enter_commit; enter_commit_move; discard; }
        default_action = discard();
        size = 4096;
    }
    table enter_onward {
        key = { meta.device: exact; }
        actions = { enter_done; enter_commit; enter_commit_move; discard; }
        default_action = discard();
        size = 4096;
    }
    action arrive() {
        if (hdr.whole.isValid()) {
            meta.length = 96;
            meta.state = 8w96 ++ 8w0 ++ hdr.whole.bytes ++ 512w0;
        } else {
            meta.length = 0;
            meta.unparsed = 1;
            meta.state = meta.copied & 1296w0xff00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000000000000000000000000000000000000000000000000000;
        }
    }
    action copy_commit(bit<1296> kept, bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = meta.state | (meta.copied & kept);
        meta.traits = 1;
        meta.state = (((meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)standard_metadata.egress_port << 18)) & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action copy_commit_move(bit<1296> kept, bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = meta.state | (meta.copied & kept);
        meta.traits = 1;
        meta.state = (meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)standard_metadata.egress_port << 18);
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action copy_as_commit(bit<9> port, bit<1296> kept, bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = meta.state | (meta.copied & kept);
        meta.traits = 1;
        meta.state = (((meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)port << 18)) & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action copy_as_commit_move(bit<9> port, bit<1296> kept, bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = meta.state | (meta.copied & kept);
        meta.traits = 1;
        meta.state = (meta.state & 1296w0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80001ff) | ((bit<1296>)port << 18);
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    table enter_clone {
        key = {
            meta.device: exact;
            standard_metadata.instance_type: exact;
            meta.clone_list: exact;
            standard_metadata.egress_port: ternary;
        }
        actions = { copy_commit; copy_commit_move; copy_as_commit; copy_as_commit_move; discard; }
        default_action = discard();
        size = 4096;
    }
    action mirror_to(bit<32> session) {
        clone_preserving_field_list(CloneType.E2E, session, 1);
    }
    table mirror {
        key = { meta.device: exact; meta.session: exact; }
        actions = { mirror_to; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    action look(bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit(bit<1296> keep, bit<1296> value, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_add(bit<1296> keep, bit<1296> value, bit<1296> add_mask, bit<1296> addend, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^ (((meta.state & add_mask) + addend) & add_mask);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_move(bit<1296> keep, bit<1296> value, bit<1296> left_mask, bit<8> l0, bit<8> l1, bit<8> l2, bit<8> l3, bit<8> l4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask) << l0 << l1 << l2 << l3 << l4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_checksum(bit<1296> keep, bit<1296> value, bit<1296> sum_mask, bit<8> t0, bit<8> t1, bit<8> t2, bit<8> t3, bit<8> t4, bit<1296> right_mask, bit<8> r0, bit<8> r1, bit<8> r2, bit<8> r3, bit<8> r4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = meta.state & sum_mask;
        hash(meta.hash, HashAlgorithm.csum16, 64w0, input, 64w0x10000);
        meta.state = (meta.state & keep) ^ value ^ (((bit<1296>)meta.hash) << t0 << t1 << t2 << t3 << t4) ^ ((meta.state & right_mask) >> r0 >> r1 >> r2 >> r3 >> r4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_sum(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) + ((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_difference(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) - ((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_conjunction(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) & ((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_product(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) * ((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_shift_left(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) << (bit<8>)((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_shift_right(bit<1296> keep, bit<1296> value, bit<1296> a_mask, bit<1296> a_value,
    bit<1296> b_mask, bit<8> bl0, bit<8> bl1, bit<8> bl2, bit<8> bl3, bit<8> bl4, bit<8> br0, bit<8> br1, bit<8> br2, bit<8> br3, bit<8> br4, bit<1296> b_value,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^
        ((((((meta.state & a_mask) ^ a_value) >> (bit<8>)((((meta.state & b_mask) << bl0 << bl1 << bl2 << bl3 << bl4) >> br0 >> br1 >> br2 >> br3 >> br4) ^ b_value)) & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_crc16(bit<1296> keep, bit<1296> value, bit<1296> input_mask,
    bit<8> il0, bit<8> il1, bit<8> il2, bit<8> il3, bit<8> il4, bit<8> ir0, bit<8> ir1, bit<8> ir2, bit<8> ir3, bit<8> ir4, bit<1296> input_value, bit<64> base, bit<64> modulus,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = (((meta.state & input_mask) << il0 << il1 << il2 << il3 << il4) >> ir0 >> ir1 >> ir2 >> ir3 >> ir4) ^ input_value;
        hash(meta.hash, HashAlgorithm.crc16, base, input, modulus);
        meta.state = (meta.state & keep) ^ value ^ ((((bit<1296>)meta.hash & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_crc32(bit<1296> keep, bit<1296> value, bit<1296> input_mask,
    bit<8> il0, bit<8> il1, bit<8> il2, bit<8> il3, bit<8> il4, bit<8> ir0, bit<8> ir1, bit<8> ir2, bit<8> ir3, bit<8> ir4, bit<1296> input_value, bit<64> base, bit<64> modulus,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = (((meta.state & input_mask) << il0 << il1 << il2 << il3 << il4) >> ir0 >> ir1 >> ir2 >> ir3 >> ir4) ^ input_value;
        hash(meta.hash, HashAlgorithm.crc32, base, input, modulus);
        meta.state = (meta.state & keep) ^ value ^ ((((bit<1296>)meta.hash & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_csum16(bit<1296> keep, bit<1296> value, bit<1296> input_mask,
    bit<8> il0, bit<8> il1, bit<8> il2, bit<8> il3, bit<8> il4, bit<8> ir0, bit<8> ir1, bit<8> ir2, bit<8> ir3, bit<8> ir4, bit<1296> input_value, bit<64> base, bit<64> modulus,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = (((meta.state & input_mask) << il0 << il1 << il2 << il3 << il4) >> ir0 >> ir1 >> ir2 >> ir3 >> ir4) ^ input_value;
        hash(meta.hash, HashAlgorithm.csum16, base, input, modulus);
        meta.state = (meta.state & keep) ^ value ^ ((((bit<1296>)meta.hash & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_xor16(bit<1296> keep, bit<1296> value, bit<1296> input_mask,
    bit<8> il0, bit<8> il1, bit<8> il2, bit<8> il3, bit<8> il4, bit<8> ir0, bit<8> ir1, bit<8> ir2, bit<8> ir3, bit<8> ir4, bit<1296> input_value, bit<64> base, bit<64> modulus,
    bit<1296> result_mask, bit<8> tl0, bit<8> tl1, bit<8> tl2, bit<8> tl3, bit<8> tl4, bit<8> tr0, bit<8> tr1, bit<8> tr2, bit<8> tr3, bit<8> tr4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        input.bytes = (((meta.state & input_mask) << il0 << il1 << il2 << il3 << il4) >> ir0 >> ir1 >> ir2 >> ir3 >> ir4) ^ input_value;
        hash(meta.hash, HashAlgorithm.xor16, base, input, modulus);
        meta.state = (meta.state & keep) ^ value ^ ((((bit<1296>)meta.hash & result_mask) << tl0 << tl1 << tl2 << tl3 << tl4) >> tr0 >> tr1 >> tr2 >> tr3 >> tr4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_state(bit<1296> keep, bit<1296> value, bit<16> access, bit<1296> index_mask, bit<8> i0, bit<8> i1, bit<8> i2, bit<8> i3, bit<8> i4, bit<32> index,
    bit<1296> data_mask, bit<8> d0, bit<8> d1, bit<8> d2, bit<8> d3, bit<8> d4, bit<64> data, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value;
        meta.access = access;
        meta.index = (bit<32>)((meta.state & index_mask) >> i0 >> i1 >> i2 >> i3 >> i4) ^ index;
        meta.data = (bit<64>)((meta.state & data_mask) >> d0 >> d1 >> d2 >> d3 >> d4) ^ data;
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_load(bit<1296> keep, bit<1296> value, bit<64> data_mask, bit<8> t0, bit<8> t1, bit<8> t2, bit<8> t3, bit<8> t4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^ (((bit<1296>)(meta.data & data_mask)) << t0 << t1 << t2 << t3 << t4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action commit_standard(bit<1296> keep, bit<1296> value, bit<32> packet_length, bit<32> instance_type, bit<48> egress_global_timestamp, bit<32> enq_timestamp, bit<19> enq_qdepth, bit<32> deq_timedelta, bit<19> deq_qdepth, bit<16> egress_rid, bit<8> t0, bit<8> t1, bit<8> t2, bit<8> t3, bit<8> t4, bit<32> next, bit<8> lookup, bit<1296> key_mask, bit<8> key_shift) {
        meta.state = (meta.state & keep) ^ value ^ (((bit<1296>)((bit<48>)(standard_metadata.packet_length & packet_length) | (bit<48>)(standard_metadata.instance_type & instance_type) | (bit<48>)(standard_metadata.egress_global_timestamp & egress_global_timestamp) | (bit<48>)(standard_metadata.enq_timestamp & enq_timestamp) | (bit<48>)(standard_metadata.enq_qdepth & enq_qdepth) | (bit<48>)(standard_metadata.deq_timedelta & deq_timedelta) | (bit<48>)(standard_metadata.deq_qdepth & deq_qdepth) | (bit<48>)(standard_metadata.egress_rid & egress_rid))) << t0 << t1 << t2 << t3 << t4);
        meta.next = next;
        if (lookup != 0) {
            if (lookup == 3) {
                meta.key = meta.state & key_mask;
            } else {
                meta.prefix = ((meta.state & key_mask) << key_shift)[1295:832];
            }
        }
    }
    action read_register(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            registers.read(meta.data, meta.index);
        }
    }
    action write_register(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            registers.write(meta.index, meta.data);
        }
    }
    action count(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            counters.count(meta.index);
        }
    }
    action meter_packets(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            packet_meters.execute_meter(meta.index, meta.data);
        }
    }
    action meter_bytes(bit<32> base, bit<32> size) {
        if (meta.index < size) {
            meta.index = base + meta.index;
            byte_meters.execute_meter(meta.index, meta.data);
        }
    }
    action cut() {
        truncate(meta.index);
    }
    action ask() {
        meta.copied = meta.state;
        meta.again = meta.index[7:0];
        meta.clone_list = meta.index[15:8];
        meta.session = meta.data[15:0];
        meta.asked = 2;
    }
    action draw() {
        random(meta.data, (bit<64>)meta.index, meta.data);
    }
    action emit() {
        if (meta.state[1295:1288] != meta.length) {
            hdr.whole.setInvalid();
            meta.length = meta.state[1295:1288];
            if (meta.length[7:7] == 1) {
                hdr.chunk128.setValid();
            } else {
                hdr.chunk128.setInvalid();
            }
            if (meta.length[6:6] == 1) {
                hdr.chunk64.setValid();
            } else {
                hdr.chunk64.setInvalid();
            }
            if (meta.length[5:5] == 1) {
                hdr.chunk32.setValid();
            } else {
                hdr.chunk32.setInvalid();
            }
            if (meta.length[4:4] == 1) {
                hdr.chunk16.setValid();
            } else {
                hdr.chunk16.setInvalid();
            }
            if (meta.length[3:3] == 1) {
                hdr.chunk8.setValid();
            } else {
                hdr.chunk8.setInvalid();
            }
            if (meta.length[2:2] == 1) {
                hdr.chunk4.setValid();
            } else {
                hdr.chunk4.setInvalid();
            }
            if (meta.length[1:1] == 1) {
                hdr.chunk2.setValid();
            } else {
                hdr.chunk2.setInvalid();
            }
            if (meta.length[0:0] == 1) {
                hdr.chunk1.setValid();
            } else {
                hdr.chunk1.setInvalid();
            }
        }
        if (hdr.whole.isValid()) {
            hdr.whole.bytes = meta.state[1279:512];
        } else {
            if (hdr.chunk128.isValid()) {
                hdr.chunk128.bytes = meta.state[1279:256];
            } else {
                if (hdr.chunk64.isValid()) {
                    hdr.chunk64.bytes = meta.state[1279:768];
                    if (hdr.chunk32.isValid()) {
                        hdr.chunk32.bytes = meta.state[767:512];
                        if (hdr.chunk16.isValid()) {
                            hdr.chunk16.bytes = meta.state[511:384];
                            if (meta.length[3:0] != 0) {
                                meta.tail = meta.state[383:256];
                            }
                        } else {
                            if (meta.length[3:0] != 0) {
                                meta.tail = meta.state[511:384];
                            }
                        }
                    } else {
                        if (hdr.chunk16.isValid()) {
                            hdr.chunk16.bytes = meta.state[767:640];
                            if (meta.length[3:0] != 0) {
                                meta.tail = meta.state[639:512];
                            }
                        } else {
                            if (meta.length[3:0] != 0) {
                                meta.tail = meta.state[767:640];
                            }
                        }
                    }
                } else {
                    if (hdr.chunk32.isValid()) {
                        hdr.chunk32.bytes = meta.state[1279:1024];
                        if (hdr.chunk16.isValid()) {
                            hdr.chunk16.bytes = meta.state[1023:896];
                            if (meta.length[3:0] != 0) {
                                meta.tail = meta.state[895:768];
                            }
                        } else {
                            if (meta.length[3:0] != 0) {
                                meta.tail = meta.state[1023:896];
                            }
                        }
                    } else {
                        if (hdr.chunk16.isValid()) {
                            hdr.chunk16.bytes = meta.state[1279:1152];
                            if (meta.length[3:0] != 0) {
                                meta.tail = meta.state[1151:1024];
                            }
                        } else {
                            if (meta.length[3:0] != 0) {
                                meta.tail = meta.state[1279:1152];
                            }
                        }
                    }
                }
            }
            if (meta.length[3:0] != 0) {
                meta.pad = (16 - (bit<8>)meta.length[3:0]) << 3;
                meta.tail = meta.tail >> meta.pad;
                if (hdr.chunk1.isValid()) {
                    hdr.chunk1.bytes = meta.tail[7:0];
                    meta.tail = meta.tail >> 8;
                }
                if (hdr.chunk2.isValid()) {
                    hdr.chunk2.bytes = meta.tail[15:0];
                    meta.tail = meta.tail >> 16;
                }
                if (hdr.chunk4.isValid()) {
                    hdr.chunk4.bytes = meta.tail[31:0];
                    meta.tail = meta.tail >> 32;
                }
                if (hdr.chunk8.isValid()) {
                    hdr.chunk8.bytes = meta.tail[63:0];
                }
            }
        }
        if (meta.unparsed == 1) {
            truncate((bit<32>)meta.state[1295:1288]);
        }
    }
    table step_0 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_0 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_0 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_0 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_0 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table step_1 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_1 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_1 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_1 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_1 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table step_2 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_2 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_2 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_2 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_2 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table step_3 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_3 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_3 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_3 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_3 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table step_4 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_4 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_4 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_4 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_4 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table step_5 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_5 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_5 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_5 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_5 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table step_6 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_6 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_6 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_6 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_6 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table step_7 {
        key = { meta.device: exact; meta.next & 32w0xffff: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; commit_sum; commit_difference; commit_conjunction; commit_product; commit_shift_left; commit_shift_right; commit_standard; commit_load; commit_crc16; commit_crc32; commit_csum16; commit_xor16; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table exact_7 {
        key = { meta.device: exact; meta.next: exact; meta.key: exact; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table lpm_7 {
        key = { meta.device: exact; meta.next: exact; meta.prefix: lpm; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    table ternary_7 {
        key = { meta.device: exact; meta.next: exact; meta.state: ternary; }
        actions = { look; commit; commit_add; commit_move; commit_checksum; commit_state; @defaultonly discard; }
        default_action = discard();
        size = 4096;
    }
    table state_7 {
        key = { meta.device: exact; meta.access: exact; }
        actions = { read_register; write_register; count; meter_packets; meter_bytes; cut; ask; draw; @defaultonly NoAction; }
        default_action = NoAction();
        size = 4096;
    }
    apply {
        if (meta.next != 32w0xff000000) {
            if (meta.next >= 32w0xfd000000) {
                if (meta.next >= 32w0xfe000000) {
                    enter_egress.apply();
                } else if (standard_metadata.egress_port == meta.state[8:0]) {
                    enter_back.apply();
                } else {
                    enter_onward.apply();
                }
            } else if (meta.next == 0) {
                if (standard_metadata.instance_type == 1) {
                    arrive();
                }
                enter_clone.apply();
            }
            if (meta.next < 32w0x50020000) {
                ternary_0.apply();
            } else if (meta.next < 32w0x51000000) {
                if (meta.next < 32w0x50030000) {
                    lpm_0.apply();
                } else if (meta.next < 32w0x50040000) {
                    exact_0.apply();
                } else if (meta.next < 32w0x50050000) {
                    state_0.apply();
                }
                if (meta.next < 32w0x51000000) {
                    step_0.apply();
                }
            }
            if (meta.next < 32w0x51020000) {
                ternary_1.apply();
            } else if (meta.next < 32w0x52000000) {
                if (meta.next < 32w0x51030000) {
                    lpm_1.apply();
                } else if (meta.next < 32w0x51040000) {
                    exact_1.apply();
                } else if (meta.next < 32w0x51050000) {
                    state_1.apply();
                }
                if (meta.next < 32w0x52000000) {
                    step_1.apply();
                }
            }
            if (meta.next < 32w0x58000000) {
                if (meta.next < 32w0x52020000) {
                    ternary_2.apply();
                } else if (meta.next < 32w0x53000000) {
                    if (meta.next < 32w0x52030000) {
                        lpm_2.apply();
                    } else if (meta.next < 32w0x52040000) {
                        exact_2.apply();
                    } else if (meta.next < 32w0x52050000) {
                        state_2.apply();
                    }
                    if (meta.next < 32w0x53000000) {
                        step_2.apply();
                    }
                }
                if (meta.next < 32w0x53020000) {
                    ternary_3.apply();
                } else if (meta.next < 32w0x54000000) {
                    if (meta.next < 32w0x53030000) {
                        lpm_3.apply();
                    } else if (meta.next < 32w0x53040000) {
                        exact_3.apply();
                    } else if (meta.next < 32w0x53050000) {
                        state_3.apply();
                    }
                    if (meta.next < 32w0x54000000) {
                        step_3.apply();
                    }
                }
                if (meta.next < 32w0x58000000) {
                    if (meta.next < 32w0x54020000) {
                        ternary_4.apply();
                    } else if (meta.next < 32w0x55000000) {
                        if (meta.next < 32w0x54030000) {
                            lpm_4.apply();
                        } else if (meta.next < 32w0x54040000) {
                            exact_4.apply();
                        } else if (meta.next < 32w0x54050000) {
                            state_4.apply();
                        }
                        if (meta.next < 32w0x55000000) {
                            step_4.apply();
                        }
                    }
                    if (meta.next < 32w0x55020000) {
                        ternary_5.apply();
                    } else if (meta.next < 32w0x56000000) {
                        if (meta.next < 32w0x55030000) {
                            lpm_5.apply();
                        } else if (meta.next < 32w0x55040000) {
                            exact_5.apply();
                        } else if (meta.next < 32w0x55050000) {
                            state_5.apply();
                        }
                        if (meta.next < 32w0x56000000) {
                            step_5.apply();
                        }
                    }
                    if (meta.next < 32w0x58000000) {
                        if (meta.next < 32w0x56020000) {
                            ternary_6.apply();
                        } else if (meta.next < 32w0x57000000) {
                            if (meta.next < 32w0x56030000) {
                                lpm_6.apply();
                            } else if (meta.next < 32w0x56040000) {
                                exact_6.apply();
                            } else if (meta.next < 32w0x56050000) {
                                state_6.apply();
                            }
                            if (meta.next < 32w0x57000000) {
                                step_6.apply();
                            }
                        }
                        if (meta.next < 32w0x57020000) {
                            ternary_7.apply();
                        } else if (meta.next < 32w0x58000000) {
                            if (meta.next < 32w0x57030000) {
                                lpm_7.apply();
                            } else if (meta.next < 32w0x57040000) {
                                exact_7.apply();
                            } else if (meta.next < 32w0x57050000) {
                                state_7.apply();
                            }
                            if (meta.next < 32w0x58000000) {
                                step_7.apply();
                            }
                        }
                    }
                }
            }
            if (meta.next != 32w0xff000000 || meta.state[17:9] == 511) {
                mark_to_drop(standard_metadata);
            }
        }
        if (meta.traits != 0) {
            emit();
        }
        if (meta.asked == 2) {
            if (meta.again != 0) {
                recirculate_preserving_field_list(1);
            }
            if (meta.clone_list != 0) {
                mirror.apply();
            }
        }
    }
}
control PersonaVerify(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}
control PersonaCompute(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}
control PersonaDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.whole);
        packet.emit(hdr.chunk128);
        packet.emit(hdr.chunk64);
        packet.emit(hdr.chunk32);
        packet.emit(hdr.chunk16);
        packet.emit(hdr.chunk8);
        packet.emit(hdr.chunk4);
        packet.emit(hdr.chunk2);
        packet.emit(hdr.chunk1);
    }
}
V1Switch(PersonaParser(), PersonaVerify(), PersonaIngress(), PersonaEgress(), PersonaCompute(),
PersonaDeparser()) main;
