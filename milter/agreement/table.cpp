#include "milter/agreement/table.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/crypto/digest.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t most_items = 5'000'000;

} // namespace

std::string seal_of(std::string_view sealed) { return sha256_hex(sealed); }

std::uint64_t agreement_table::version() { return number_in(to_.ask("SELECT sealgate.shared_version()").at(0).at(0)); }

void agreement_table::each(const std::function<void(const summary&)>& see) {
    to_.begin("SELECT name, revision::text, seal FROM sealgate.shared_revisions()");
    std::string last;
    for (std::size_t count = 0; const auto one = to_.next_row(); ++count) {
        summary found{.name = one->at(0).value_or(""), .revision = number_in(one->at(1)), .seal = one->at(2).value_or("")};
        if (found.name <= last || count == most_items) throw database_error("an answer that cannot be", {});
        see(found);
        last = std::move(found.name);
    }
}

std::vector<agreement_table::row> agreement_table::rows(const char* statement, std::vector<database_text> parameters) {
    std::vector<row> out;
    for (auto& one : to_.ask(statement, parameters))
        out.push_back({.name = one.at(0).value_or(""),
                       .revision = number_in(one.at(1)),
                       .version = number_in(one.at(2)),
                       .sealed = text::decode_base64(one.at(3).value_or(""))});
    return out;
}

std::vector<agreement_table::row> agreement_table::after(std::uint64_t version) {
    auto out = rows("SELECT name, revision, version, sealed FROM sealgate.shared_after($1::bigint)", {std::to_string(version)});
    for (const auto& one : out)
        if (one.version <= std::exchange(version, one.version)) throw database_error("an answer that cannot be", {});
    return out;
}

std::vector<agreement_table::row> agreement_table::named(const std::vector<std::string>& names) {
    const std::vector<database_text> all(names.begin(), names.end());
    return rows("SELECT name, revision, version, sealed FROM sealgate.shared_named($1::text[])", {array_of(all)});
}

std::set<std::string> agreement_table::put(const std::vector<offer>& offers) {
    std::vector<database_text> names, known, revisions, sealed, until;
    for (const auto& one : offers) {
        names.emplace_back(one.name);
        known.emplace_back(std::to_string(one.known));
        revisions.emplace_back(std::to_string(one.revision));
        sealed.emplace_back(text::encode_base64(one.sealed));
        until.push_back(one.until ? database_text(rfc3339(*one.until)) : std::nullopt);
    }
    const database_text parameters[] = {array_of(names), array_of(known), array_of(revisions), array_of(sealed),
                                        array_of(until)};
    std::set<std::string> out;
    for (const auto& one :
         to_.ask("SELECT sealgate.share($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[])", parameters))
        out.insert(one.at(0).value_or(""));
    return out;
}

} // namespace sealgate::milter
