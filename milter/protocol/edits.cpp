#include "milter/protocol/edits.hpp"

#include "policy/base/bytes.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

namespace sealgate::milter {

namespace {

// RFC 5322 section 3.6.8: printable ASCII without the colon.
bool is_field_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != ':'; });
}

bool is_recipient(std::string_view path) {
    return !path.empty() && std::ranges::none_of(path, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; });
}

bool can_be_written(const edit_list& edits) {
    return std::ranges::all_of(edits.changes, [](const auto& c) { return is_field_name(c.which.name); }) &&
           std::ranges::all_of(edits.deletions, is_field_name, &field_number::name) &&
           std::ranges::all_of(edits.insertions, [](const auto& i) { return is_field_name(i.field.name); }) &&
           std::ranges::all_of(edits.additions, is_field_name, &policy::header_field::name) &&
           std::ranges::all_of(edits.recipients, is_recipient) && std::ranges::all_of(edits.removed_recipients, is_recipient);
}

// One line of a value, without its LF.
void append_line(std::string& out, std::string_view line) {
    for (const char c : line) {
        if (c == '\r' || c == '\0') continue;
        out += c == '\t' || (c >= ' ' && c <= '~') ? c : '?';
    }
}

// What the server is to put behind the colon. A value may begin with a fold; no later line may be empty.
std::string field_text(std::string_view value) {
    std::string out;
    bool first = true;
    for (const auto line : text::split(value, '\n')) {
        if (std::exchange(first, false)) {
            append_line(out, line);
            continue;
        }
        std::string clean;
        append_line(clean, line);
        if (text::trim(clean).empty()) continue;
        out += '\n';
        if (!text::is_space(clean.front())) out += '\t';
        out += clean;
    }
    return out;
}

// Writes frames that carry header fields, with the server's idea of the space behind the colon.
class frame_writer {
public:
    frame_writer(std::string& out, const agreement& agreed)
        : out_(out)
        , agreed_(agreed) {}

    void change(const field_change&);
    void deletion(const field_number&);
    void insertion(const field_insertion&);
    void addition(const policy::header_field&);
    void line(reply letter, std::string_view text);

private:
    std::string value_of(std::string_view value) const;

    std::string& out_;
    const agreement& agreed_;
};

// An empty value would delete the field, so at least a space is sent.
std::string frame_writer::value_of(std::string_view value) const {
    auto text = field_text(value);
    const bool has_space = !text.empty() && text::is_space(text.front());
    if (agreed_.has(protocol_bit::leading_space)) return has_space ? text : ' ' + text;
    if (text.starts_with(' ') && text.size() > 1) text.erase(0, 1);
    return text.empty() ? " " : text;
}

void frame_writer::change(const field_change& wish) {
    std::string payload;
    bytes::appender(payload).u32(wish.which.number).c_string(wish.which.name).c_string(value_of(wish.value));
    append_frame(out_, reply::change_header, payload);
}

void frame_writer::deletion(const field_number& which) {
    std::string payload;
    bytes::appender(payload).u32(which.number).c_string(which.name).c_string("");
    append_frame(out_, reply::change_header, payload);
}

void frame_writer::insertion(const field_insertion& wish) {
    std::string payload;
    bytes::appender(payload).u32(wish.position).c_string(wish.field.name).c_string(value_of(wish.field.value));
    append_frame(out_, reply::insert_header, payload);
}

void frame_writer::addition(const policy::header_field& field) {
    std::string payload;
    bytes::appender(payload).c_string(field.name).c_string(value_of(field.value));
    append_frame(out_, reply::add_header, payload);
}

void frame_writer::line(reply letter, std::string_view text) {
    std::string payload;
    bytes::appender(payload).c_string(text);
    append_frame(out_, letter, payload);
}

// Frames of views: what they show is not copied. An empty body is one empty piece.
octet_pieces body_frames(const octets& body) {
    octet_pieces out;
    std::size_t at = 0;
    do {
        const auto piece = body.part(at, longest_piece);
        out.emplace_back(frame_head(reply::replace_body, piece.size()));
        out.push_back(piece);
        at += piece.size();
    } while (at < body.size());
    return out;
}

// All but those of the body.
void append_edits(std::string& out, const edit_list& edits, const agreement& agreed) {
    frame_writer writer(out, agreed);
    for (const auto& change : edits.changes) writer.change(change);

    auto deletions = edits.deletions;
    std::ranges::sort(deletions, std::greater{}, [](const auto& d) { return std::tie(d.number, d.name); });
    for (const auto& which : deletions) writer.deletion(which);

    for (const auto& insertion : edits.insertions) writer.insertion(insertion);
    for (const auto& field : edits.additions) writer.addition(field);
    for (const auto& path : edits.recipients) writer.line(reply::add_recipient, path);
    for (const auto& path : edits.removed_recipients) writer.line(reply::delete_recipient, path);
    if (edits.quarantine) writer.line(reply::quarantine, text::ascii(*edits.quarantine));
}

std::string refusal(const smtp_reply& text, char class_digit, reply plain) {
    const auto payload = encode_reply(text);
    if (!payload || payload->front() != class_digit) return frame_of(plain);
    return frame_of(reply::reply_code, *payload);
}

} // namespace

std::vector<field_number> number_fields(const policy::message& mail) {
    std::vector<field_number> out;
    std::map<std::string, std::uint32_t> seen;
    for (const auto& field : mail.fields) out.push_back({.name = field.name, .number = ++seen[text::lower(field.name)]});
    return out;
}

bool possible(const edit_list& edits, const agreement& agreed) {
    const auto agreed_to = [&](bool wished, action_bit action) { return !wished || agreed.can(action); };
    return agreed_to(edits.body.has_value(), action_bit::replace_body) &&
           agreed_to(!edits.changes.empty() || !edits.deletions.empty(), action_bit::change_header) &&
           agreed_to(!edits.insertions.empty() || !edits.additions.empty(), action_bit::add_header) &&
           agreed_to(!edits.recipients.empty(), action_bit::add_recipient) &&
           agreed_to(!edits.removed_recipients.empty(), action_bit::delete_recipient) &&
           agreed_to(edits.quarantine.has_value(), action_bit::quarantine);
}

octet_pieces encode(const answer& decided, const agreement& agreed) {
    switch (decided.final) {
    case verdict::reject: return {refusal(decided.reply, '5', reply::reject)};
    case verdict::tempfail: return {refusal(decided.reply, '4', reply::tempfail)};
    case verdict::accept: break;
    }
    const auto& edits = decided.edits;
    if (edits.discard) return {frame_of(reply::discard)};
    if (!possible(edits, agreed) || !can_be_written(edits)) return {frame_of(reply::tempfail)};
    auto out = edits.body ? body_frames(*edits.body) : octet_pieces{};
    std::string others;
    append_edits(others, edits, agreed);
    append_frame(others, reply::accept);
    out.emplace_back(std::move(others));
    return out;
}

std::string progress_frame() { return frame_of(reply::progress); }

} // namespace sealgate::milter
