#include "keys/openpgp/packets.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t smallest_first_chunk = 512; // RFC 9580 section 4.2.1.4

struct header {
    packet_type type;
    std::size_t length = 0;
    enum { whole, chunk, to_the_end } extent = whole;
};

std::unexpected<std::string> cut_short() { return std::unexpected(std::string("a packet is cut short")); }

bool may_be_partial(packet_type type) {
    using enum packet_type;
    return type == compressed || type == sed || type == literal || type == seipd || type == ocb;
}

// RFC 9580 section 4.2.1: the length of a new header, or of a further chunk.
bool read_new_length(bytes::cursor& in, header& out) {
    const auto first = in.u8();
    if (!first) return false;
    out.extent = header::whole;
    if (*first < 192) {
        out.length = *first;
    } else if (*first < 224) {
        const auto second = in.u8();
        if (!second) return false;
        out.length = (std::size_t{*first} - 192) * 256 + *second + 192;
    } else if (*first == 255) {
        const auto length = in.u32();
        if (!length) return false;
        out.length = *length;
    } else {
        out.length = std::size_t{1} << (*first & 0x1F);
        out.extent = header::chunk;
    }
    return true;
}

// RFC 9580 section 4.2.2.
bool read_old_length(bytes::cursor& in, unsigned length_type, header& out) {
    const auto accept = [&](auto length) {
        if (length) out.length = *length;
        return length.has_value();
    };
    switch (length_type) {
    case 0: return accept(in.u8());
    case 1: return accept(in.u16());
    case 2: return accept(in.u32());
    default:
        out.extent = header::to_the_end;
        out.length = in.rest().size();
        return true;
    }
}

std::expected<header, std::string> read_header(bytes::cursor& in) {
    const auto tag = in.u8();
    if (!tag) return cut_short();
    if ((*tag & 0x80) == 0) return std::unexpected("not OpenPGP data");
    const bool is_new = (*tag & 0x40) != 0;
    header out{.type = static_cast<packet_type>(is_new ? *tag & 0x3F : *tag >> 2 & 0x0F)};
    if (!(is_new ? read_new_length(in, out) : read_old_length(in, *tag & 3u, out))) return cut_short();
    if (out.extent != header::whole && !may_be_partial(out.type))
        return std::unexpected("a packet without a length that has to have one");
    if (out.extent == header::chunk && out.length < smallest_first_chunk)
        return std::unexpected("a first chunk below 512 octets");
    return out;
}

} // namespace

std::expected<packet, std::string> read_packet(bytes::cursor& in) {
    const auto before = in.rest();
    auto head = read_header(in);
    if (!head) return std::unexpected(std::move(head).error());
    const auto body = in.take(head->length);
    if (!body) return cut_short();
    packet out{.type = head->type, .body = *body, .size = body->size(), .whole = {}};
    while (head->extent == header::chunk) {
        if (!read_new_length(in, *head)) return cut_short();
        const auto more = in.take(head->length);
        if (!more) return cut_short();
        out.size += more->size();
    }
    out.whole = before.substr(0, before.size() - in.rest().size());
    return out;
}

void for_each_chunk(const packet& of, const std::function<void(std::string_view)>& see) {
    bytes::cursor in(of.whole);
    auto head = read_header(in);
    assert(head && in.rest().size() >= head->length);
    see(*in.take(head->length));
    while (head->extent == header::chunk && read_new_length(in, *head)) see(*in.take(head->length));
}

partial_walk walk_as_far_as_possible(std::string_view bytes, std::size_t most_packets) {
    partial_walk out;
    bytes::cursor in(bytes);
    while (!in.at_end() && out.problem.empty()) {
        auto next = out.packets.size() < most_packets ? read_packet(in) : std::unexpected("too many packets");
        if (next) {
            out.packets.push_back(*next);
        } else {
            out.problem = std::move(next.error());
        }
    }
    return out;
}

std::expected<std::vector<packet>, std::string> walk_packets(std::string_view bytes, std::size_t most_packets) {
    auto walked = walk_as_far_as_possible(bytes, most_packets);
    if (!walked.problem.empty()) return std::unexpected(std::move(walked.problem));
    return std::move(walked.packets);
}

} // namespace sealgate::keys
