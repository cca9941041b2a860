#include "milter/cli/key_table.hpp"

#include "keys/base/clock.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <iostream>
#include <optional>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

std::string day(keys::time_point time) { return rfc3339(time).substr(0, 10); }

json::value time_or_null(const std::optional<keys::time_point>& time) {
    return time ? json::value(rfc3339(*time)) : json::value(nullptr);
}

std::vector<std::string> row_of(const keys::stored_certificate& stored) {
    const auto& cert = stored.cert;
    const auto end = keys::end_of_use(cert, keys::this_second());
    return {cert.fingerprint,
            std::string(name_of(keys::state_at(cert, keys::this_second()))),
            std::string(name_of(stored.source)),
            day(cert.created),
            end ? day(*end) : "never",
            text::join(keys::addresses_at(cert, keys::this_second()), ", ")};
}

} // namespace

std::string remark_on(const keys::certificate& cert) {
    std::vector<std::string> remarks;
    const auto unknown = [](const keys::subkey& one) { return one.can_encrypt && !one.known_algorithm; };
    if (cert.addressing_only || (state_at(cert, keys::this_second()) == policy::key_state::not_for_encryption &&
                                 std::ranges::any_of(cert.subkeys, unknown)))
        remarks.emplace_back("GnuPG here cannot encrypt to such a key; mail that comes encrypted to it is known as such");
    if (addresses_at(cert, keys::this_second()).empty())
        remarks.emplace_back("it names no mail address, so no mail will find it");
    return text::join(remarks, "; ");
}

json::object key_as_json(const keys::certificate& cert, policy::key_source source) {
    const auto time = keys::this_second();
    const auto* used = keys::state_at(cert, time) == policy::key_state::usable ? keys::encryption_subkey(cert, time) : nullptr;
    const auto addresses = keys::addresses_at(cert, time);
    json::array subkeys;
    for (const auto& one : cert.subkeys)
        subkeys.push_back(json::object{{"fingerprint", one.fingerprint},
                                       {"can_encrypt", one.can_encrypt},
                                       {"state", name_of(keys::state_at(one, time))},
                                       {"used", &one == used},
                                       {"algorithm", one.algorithm},
                                       {"bits", one.bits},
                                       {"created", rfc3339(one.created)},
                                       {"expires", time_or_null(keys::end_of_use(cert, one))}});
    return {{"fingerprint", cert.fingerprint},
            {"state", name_of(keys::state_at(cert, time))},
            {"source", name_of(source)},
            {"addresses", json::array(addresses.begin(), addresses.end())},
            {"user_ids", json::array(cert.user_ids.begin(), cert.user_ids.end())},
            {"created", rfc3339(cert.created)},
            {"expires", time_or_null(keys::end_of_use(cert, time))},
            {"sha1", cert.sha1},
            {"subkeys", std::move(subkeys)},
            {"remark", remark_on(cert)}};
}

json::array evidence_as_json(const std::vector<keys::evidence>& seen) {
    json::array out;
    for (const auto& one : seen)
        out.push_back(json::object{{"source", name_of(one.source)},
                                   {"address", one.address},
                                   {"place", one.place},
                                   {"first", rfc3339(one.first)},
                                   {"last", rfc3339(one.last)}});
    return out;
}

std::string in_words(const keys::evidence& seen) {
    return std::string(name_of(seen.source)) + " since " + day(seen.first) + ": " + text::printable(seen.place);
}

void print_certificates(const std::vector<keys::stored_certificate>& certificates, bool as_lines_of_json) {
    if (as_lines_of_json) {
        for (const auto& one : certificates) print_json_line(key_as_json(one.cert, one.source));
        return;
    }
    std::vector<std::vector<std::string>> rows{{"FINGERPRINT", "STATE", "SOURCE", "CREATED", "EXPIRES", "ADDRESSES"}};
    for (const auto& one : certificates) rows.push_back(row_of(one));
    print_table(std::cout, rows);
    for (const auto& one : certificates)
        if (const auto remark = remark_on(one.cert); !remark.empty())
            std::cout << one.cert.fingerprint << ": " << remark << '\n';
}

} // namespace sealgate::milter
