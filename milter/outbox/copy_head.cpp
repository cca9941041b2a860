#include "milter/outbox/copy_head.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <boost/json.hpp>

#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

constexpr unsigned format_version = 1;

bool all_in(std::string_view text, std::string_view alphabet) {
    return !text.empty() && text.find_first_not_of(alphabet) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";
constexpr std::string_view batch_letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

// Reads fields of one JSON object, and remembers the first that was not as it should be.
class field_reader {
public:
    explicit field_reader(const json::object& from)
        : from_(from) {}

    std::string text(std::string_view name) {
        const auto* value = from_.if_contains(name);
        if (value && value->is_string()) return std::string(std::string_view(value->as_string()));
        return wrong(name), std::string{};
    }
    // Empty where it is missing.
    std::string text_or_none(std::string_view name) { return from_.contains(name) ? text(name) : std::string{}; }
    std::uint64_t number(std::string_view name) {
        const auto* value = from_.if_contains(name);
        if (value && value->is_int64() && value->as_int64() >= 0) return static_cast<std::uint64_t>(value->as_int64());
        return wrong(name), 0;
    }
    wall_time time(std::string_view name) {
        const auto read = parse_rfc3339(text(name));
        if (!read) wrong(name);
        return read.value_or(wall_time{});
    }
    const json::array* list(std::string_view name) {
        const auto* value = from_.if_contains(name);
        if (value && value->is_array()) return &value->as_array();
        return wrong(name), nullptr;
    }
    void require(bool holds, std::string_view name) {
        if (!holds) wrong(name);
    }
    const std::string& problem() const { return problem_; }

private:
    void wrong(std::string_view name) {
        if (problem_.empty()) problem_ = "its " + std::string(name) + " is missing or wrong";
    }

    const json::object& from_;
    std::string problem_;
};

void add_if_said(json::object& to, std::string_view name, const std::string& value) {
    if (!value.empty()) to.emplace(name, value);
}

waiting_recipient read_recipient(const json::value& value, field_reader& of_head) {
    if (!value.is_object()) return of_head.require(false, "recipients"), waiting_recipient{};
    field_reader fields(value.as_object());
    waiting_recipient out{.address = fields.text("address"),
                          .identity = fields.text("identity"),
                          .last_reply = fields.text("last_reply"),
                          .dsn = {.notify = fields.text_or_none("notify"), .orcpt = fields.text_or_none("orcpt")}};
    of_head.require(fields.problem().empty() && policy::is_envelope_address(out.address) && is_identity(out.identity) &&
                        is_allowed(out.dsn),
                    "recipients");
    return out;
}

} // namespace

bool is_identity(std::string_view text) { return text.size() == 64 && all_in(text, "0123456789abcdef"); }

bool is_copy_batch(std::string_view name) { return name.size() <= 32 && all_in(name, batch_letters); }
bool is_copy_number(std::string_view name) { return name.size() <= 8 && all_in(name, digits); }

std::optional<copy_id> parse_copy_id(std::string_view id) {
    const auto dot = id.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto batch = id.substr(0, dot), number = id.substr(dot + 1);
    if (!is_copy_batch(batch) || !is_copy_number(number)) return std::nullopt;
    return copy_id{.batch = std::string(batch), .number = std::string(number)};
}

std::string addresses_of(const std::vector<waiting_recipient>& recipients) {
    std::vector<std::string> out;
    for (const auto& one : recipients) out.push_back(one.address);
    return text::join(out, ", ");
}

std::string head_line(const copy_head& head) {
    json::array recipients;
    for (const auto& one : head.recipients) {
        json::object fields{{"address", one.address}, {"identity", one.identity}, {"last_reply", one.last_reply}};
        add_if_said(fields, "notify", one.dsn.notify);
        add_if_said(fields, "orcpt", one.dsn.orcpt);
        recipients.push_back(std::move(fields));
    }
    json::object fields{{"version", format_version}, {"id", head.id},
                        {"decision", head.decision}, {"created", rfc3339(head.created)},
                        {"sender", head.sender},     {"recipients", std::move(recipients)},
                        {"tries", head.tries},       {"next_try", rfc3339(head.next_try)},
                        {"size", head.size}};
    add_if_said(fields, "ret", head.dsn.ret);
    add_if_said(fields, "envid", head.dsn.envid);
    return json::serialize(fields) + "\n";
}

std::expected<copy_head, std::string> parse_head(std::string_view line) {
    boost::system::error_code error;
    const auto value = json::parse(line, error);
    if (error || !value.is_object()) return std::unexpected("its first line is no JSON object");
    field_reader fields(value.as_object());
    if (fields.number("version") != format_version) return std::unexpected("its version is not 1");
    copy_head out{.id = fields.text("id"),
                  .decision = fields.text("decision"),
                  .created = fields.time("created"),
                  .sender = fields.text("sender"),
                  .recipients = {},
                  .tries = 0,
                  .next_try = fields.time("next_try"),
                  .size = fields.number("size"),
                  .dsn = {.ret = fields.text_or_none("ret"), .envid = fields.text_or_none("envid")}};
    const auto tries = fields.number("tries");
    fields.require(tries < 1'000'000, "tries");
    out.tries = static_cast<unsigned>(tries);
    fields.require(is_allowed(out.dsn), "ret or envid");
    fields.require(parse_copy_id(out.id).has_value(), "id");
    fields.require(out.sender.empty() || policy::is_envelope_address(out.sender), "sender");
    const auto* recipients = fields.list("recipients");
    if (recipients)
        for (const auto& one : *recipients) out.recipients.push_back(read_recipient(one, fields));
    fields.require(!out.recipients.empty(), "recipients");
    if (!fields.problem().empty()) return std::unexpected(fields.problem());
    return out;
}

} // namespace sealgate::milter
