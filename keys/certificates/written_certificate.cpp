#include "keys/certificates/written_certificate.hpp"

#include "policy/base/json.hpp"

#include <boost/json.hpp>
#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <utility>

namespace sealgate::keys {

namespace {

namespace json = boost::json;

json::value as_json(time_point time) { return time.time_since_epoch().count(); }
json::value as_json(const std::optional<time_point>& time) { return time ? as_json(*time) : json::value(); }

json::object as_json(const subkey& key) {
    return {{"fingerprint", key.fingerprint},  {"key_id", key.key_id},
            {"algorithm", key.algorithm},      {"bits", key.bits},
            {"created", as_json(key.created)}, {"expires", as_json(key.expires)},
            {"can_encrypt", key.can_encrypt},  {"revoked", key.revoked},
            {"invalid", key.invalid},          {"weak", key.weak},
            {"refused", key.refused},          {"known_algorithm", key.known_algorithm}};
}

// What follows throws where a member is missing or is of another type.
time_point time_in(const json::value& seconds) { return time_point(std::chrono::seconds(seconds.to_number<std::int64_t>())); }

std::optional<time_point> end_in(const json::value& value) {
    return value.is_null() ? std::nullopt : std::optional(time_in(value));
}

subkey subkey_in(const json::value& value) {
    const auto& from = value.as_object();
    return {.fingerprint = json_text(from.at("fingerprint")),
            .key_id = json_text(from.at("key_id")),
            .algorithm = from.at("algorithm").to_number<std::uint8_t>(),
            .bits = from.at("bits").to_number<unsigned>(),
            .created = time_in(from.at("created")),
            .expires = end_in(from.at("expires")),
            .can_encrypt = from.at("can_encrypt").as_bool(),
            .revoked = from.at("revoked").as_bool(),
            .invalid = from.at("invalid").as_bool(),
            .weak = from.at("weak").as_bool(),
            .refused = from.at("refused").as_bool(),
            .known_algorithm = from.at("known_algorithm").as_bool()};
}

certificate certificate_in(const json::object& from) {
    certificate out{.fingerprint = json_text(from.at("fingerprint")),
                    .user_ids = json_texts(from.at("user_ids")),
                    .addresses = json_texts(from.at("addresses")),
                    .created = time_in(from.at("created")),
                    .expires = end_in(from.at("expires")),
                    .user_ids_expire = end_in(from.at("user_ids_expire")),
                    .addresses_expire = {},
                    .revoked = from.at("revoked").as_bool(),
                    .disabled = from.at("disabled").as_bool(),
                    .invalid = from.at("invalid").as_bool(),
                    .sha1 = from.at("sha1").as_bool(),
                    .subkeys = {},
                    .addressing_only = from.at("addressing_only").as_bool()};
    for (const auto& [address, end] : from.at("addresses_expire").as_object())
        out.addresses_expire.emplace(std::string(std::string_view(address)), time_in(end));
    for (const auto& one : from.at("subkeys").as_array()) out.subkeys.push_back(subkey_in(one));
    return out;
}

} // namespace

std::string as_json(const certificate& cert) {
    json::object ends;
    for (const auto& [address, end] : cert.addresses_expire) ends.emplace(address, as_json(end));
    json::array subkeys;
    for (const auto& one : cert.subkeys) subkeys.push_back(as_json(one));
    return json::serialize(json::object{{"fingerprint", cert.fingerprint},
                                        {"user_ids", json_array(cert.user_ids)},
                                        {"addresses", json_array(cert.addresses)},
                                        {"created", as_json(cert.created)},
                                        {"expires", as_json(cert.expires)},
                                        {"user_ids_expire", as_json(cert.user_ids_expire)},
                                        {"addresses_expire", std::move(ends)},
                                        {"revoked", cert.revoked},
                                        {"disabled", cert.disabled},
                                        {"invalid", cert.invalid},
                                        {"sha1", cert.sha1},
                                        {"subkeys", std::move(subkeys)},
                                        {"addressing_only", cert.addressing_only}});
}

std::optional<certificate> certificate_in_json(std::string_view json) {
    try {
        return certificate_in(json::parse(json::string_view(json.data(), json.size())).as_object());
    } catch (const boost::system::system_error&) {
        return std::nullopt;
    } catch (const std::logic_error&) { // std::out_of_range, and std::invalid_argument where it is of another type
        return std::nullopt;
    }
}

} // namespace sealgate::keys
