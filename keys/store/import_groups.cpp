#include "keys/store/import_groups.hpp"

#include "keys/base/files.hpp"
#include "keys/certificates/transferable_key.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/store/listing.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <set>
#include <system_error>
#include <utility>

namespace sealgate::keys {

namespace {

using named_groups = std::map<std::string, import_group>;

named_groups grouped(std::vector<certificate_piece> pieces, std::vector<std::string>& problems) {
    named_groups out;
    for (auto& piece : pieces) {
        if (piece.fingerprint.empty()) {
            problems.push_back("a certificate of version " + std::to_string(piece.version) +
                               " was not taken: such keys are not used any more, or not known yet");
            continue;
        }
        auto& group = out[piece.fingerprint];
        group.version = piece.version;
        group.fresh.push_back(std::move(piece.binary));
    }
    return out;
}

bool is_issuer(const revocation_piece& revocation, const std::string& fingerprint) {
    return !revocation.issuer.empty() && (fingerprint == revocation.issuer || key_id_of(fingerprint) == revocation.issuer);
}

// A revocation by itself becomes a certificate of its primary key and it.
void add_revocation(const revocation_piece& revocation, const std::string& content, import_group& group) {
    const auto& whole = group.fresh.empty() ? content : group.fresh.front();
    if (whole.empty()) return;
    group.version = version_of(whole);
    group.fresh.push_back(std::string(primary_key_of(whole)) + revocation.binary);
    group.revoked_alone = group.revoked_alone || !revocation.is_of_damaged;
}

} // namespace

std::string usable_content(const std::filesystem::path& directory, const std::string& fingerprint) {
    const auto file = certificate_file(directory, fingerprint);
    if (!std::filesystem::exists(file)) return {};
    try {
        auto content = read_file(file);
        return problem_with_stored(content).empty() ? std::move(content) : std::string{};
    } catch (const std::system_error&) {
        return {};
    }
}

std::vector<import_group> groups_of(key_file read, const std::filesystem::path& directory, std::vector<std::string>& problems) {
    auto groups = grouped(std::move(read.certificates), problems);
    const auto in_store = read.revocations.empty() ? std::vector<std::string>{} : list_store(directory).fingerprints;
    for (const auto& revocation : read.revocations) {
        const auto is_meant = [&](const std::string& fingerprint) { return is_issuer(revocation, fingerprint); };
        std::set<std::string> meant;
        std::ranges::copy_if(in_store, std::inserter(meant, meant.end()), is_meant);
        std::ranges::copy_if(std::views::keys(groups), std::inserter(meant, meant.end()), is_meant);
        if (meant.empty() && !revocation.is_of_damaged)
            problems.push_back("the revocation of " + (revocation.issuer.empty() ? "no named key" : revocation.issuer) +
                               " is of no certificate that is here: nothing is to be revoked");
        for (const auto& fingerprint : meant)
            add_revocation(revocation, usable_content(directory, fingerprint), groups[fingerprint]);
    }
    std::vector<import_group> out;
    for (auto& [fingerprint, group] : groups) {
        if (group.fresh.empty()) continue;
        group.fingerprint = fingerprint;
        group.known = usable_content(directory, fingerprint);
        out.push_back(std::move(group));
    }
    return out;
}

} // namespace sealgate::keys
