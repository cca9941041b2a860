#include "policy/proof/checkpoint.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/rfc3339.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

constexpr std::string_view signature_mark = ",\"signature\":\"";

// What the signature is over. Signing and checking write it alike, so that a line has one form only.
std::string covered(const checkpoint& at, const ed25519_public_key& key) {
    const json::object fields{
        {"time", rfc3339(at.time)}, {"seq", at.end.last_seq}, {"head", at.end.last_hash}, {"key", to_text(key)}};
    auto out = json::serialize(fields);
    out.pop_back();
    return out;
}

std::string with_signature(std::string_view covered_text, std::string_view signature) {
    std::string line(covered_text);
    return line.append(signature_mark).append(text::encode_base64(signature)).append("\"}");
}

} // namespace

std::string checkpoint_line(const checkpoint& at, const ed25519_key& key) {
    const auto signed_text = covered(at, key.public_key());
    return with_signature(signed_text, key.sign(signed_text));
}

std::expected<signed_checkpoint, no_checkpoint> read_checkpoint(std::string_view line,
                                                                std::span<const ed25519_public_key> known) {
    boost::system::error_code error;
    const auto value = json::parse(line, error);
    const std::unexpected malformed(no_checkpoint{.text = "is no checkpoint of this log's form"});
    if (error || !value.is_object()) return malformed;
    const auto& fields = value.get_object();
    const auto time = parse_rfc3339(text_in(fields, "time").value_or(""));
    const auto* number = fields.if_contains("seq");
    const auto head = text_in(fields, "head");
    const auto key = parse_ed25519_public_key(text_in(fields, "key").value_or(""));
    const auto signature = text::decode_strict_base64(text_in(fields, "signature").value_or(""));
    boost::system::error_code no_number;
    const auto seq = number ? number->to_number<std::uint64_t>(no_number) : 0;
    if (!time || !number || no_number || !head || !key || !signature) return malformed;
    signed_checkpoint out{.at = {.time = *time, .end = {.last_seq = seq, .last_hash = std::string(*head)}}, .key = *key};
    const auto signed_text = covered(out.at, out.key);
    const auto whole = with_signature(signed_text, *signature);
    if (line == whole + "\r") return std::unexpected(no_checkpoint{.text = std::string(ends_in_crlf)});
    if (line != whole) return malformed;
    if (!verifies(out.key, signed_text, *signature))
        return std::unexpected(no_checkpoint{.text = "was changed: its signature does not fit its content"});
    if (std::ranges::find(known, out.key) == known.end())
        return std::unexpected(no_checkpoint{.text = "was signed by another key, " + to_text(out.key), .other_key = out.key});
    return out;
}

} // namespace sealgate::policy
