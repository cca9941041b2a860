#include "keys/store.hpp"

#include "keys/certificate_data.hpp"
#include "keys/files.hpp"
#include "keys/stored_files.hpp"
#include "keys/trial.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t shortest_suffix = 16;

time_point now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

// Why not, or nothing.
std::string read_now(const std::filesystem::path& file, std::string& content) {
    try {
        content = read_file(file);
    } catch (const std::system_error& unreadable) {
        return unreadable.what();
    }
    return {};
}

// Empty: it may be a certificate.
std::string read_candidate(const std::filesystem::path& file, stored_file& out) {
    const auto unreadable = read_now(file, out.content);
    return unreadable.empty() ? problem_with_stored(out.content) : unreadable;
}

// What a gpg home knows, as one file a certificate would hold it.
std::map<std::string, std::pair<certificate, std::string>> contents_of(gpg& home) {
    std::map<std::string, std::pair<certificate, std::string>> out;
    const auto exported = home.export_all();
    if (!exported) throw gpg_broken(exported.error());
    const auto pieces = split_certificates(*exported);
    if (!pieces) throw gpg_broken("gpg exported what cannot be read: " + pieces.error());
    auto listed = home.list(*exported);
    if (listed.size() != pieces->size()) throw gpg_broken("gpg exported what it does not list");
    for (std::size_t i = 0; i < listed.size(); ++i) {
        auto fingerprint = listed[i].fingerprint;
        out.try_emplace(std::move(fingerprint), std::move(listed[i]), std::string((*pieces)[i]));
    }
    return out;
}

} // namespace

store::store(std::filesystem::path directory, gpg_options gpg, policy::key_minimum minimum)
    : directory_(std::move(directory))
    , gpg_(std::move(gpg))
    , minimum_(minimum) {
    make_private_directory(directory_);
    if (gpg_.scratch.empty()) gpg_.scratch = std::filesystem::temp_directory_path();
}

std::filesystem::path store::file_of(const std::string& fingerprint) const { return directory_ / (fingerprint + ".pgp"); }

std::filesystem::path store::marker_of(const std::string& fingerprint) const {
    return directory_ / (fingerprint + ".disabled");
}

bool store::is_disabled(const std::string& fingerprint) const { return std::filesystem::exists(marker_of(fingerprint)); }

std::vector<std::string> store::fingerprints() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
        const auto& file = entry.path();
        const auto name = file.stem().string();
        std::error_code unknown; // then reading it says why
        const bool is_file = entry.is_regular_file(unknown) || unknown;
        if (is_file && file.extension() == ".pgp" && canonical_fingerprint(name) == name) out.push_back(name);
    }
    std::ranges::sort(out);
    return out;
}

store_contents store::load(std::span<const stored_certificate> known) const {
    std::map<std::string_view, const stored_certificate*> before;
    for (const auto& stored : known) before.emplace(stored.cert.fingerprint, &stored);
    const auto former = [&](const std::string& fingerprint) {
        const auto found = before.find(fingerprint);
        return found != before.end() ? found->second : nullptr;
    };
    store_contents out;
    const auto keep = [&](stored_certificate stored) {
        stored.cert.disabled = is_disabled(stored.cert.fingerprint);
        out.certificates.push_back(std::move(stored));
    };
    // Whether a former certificate stays in its place; else there may be a doubt about somebody.
    const auto keep_former = [&](const std::string& fingerprint, const std::string& problem) {
        const auto* old = former(fingerprint);
        const auto what = old ? " cannot be used any more, and the certificate stays as it was: " : " is not used: ";
        out.problems.push_back(fingerprint + ".pgp" + what + problem);
        if (old) keep(*old);
        return old != nullptr;
    };
    const auto doubt_whose = [&](std::string_view content) {
        std::ranges::move(addresses_in(content), std::back_inserter(out.doubts.addresses));
    };

    std::vector<stored_file> files;
    for (const auto& fingerprint : fingerprints()) {
        stored_file file{.fingerprint = fingerprint, .content = {}};
        const auto* old = former(fingerprint);
        if (const auto unreadable = read_now(file_of(fingerprint), file.content); !unreadable.empty()) {
            if (!keep_former(fingerprint, unreadable)) out.doubts.of_all = true;
        } else if (const auto wrong = problem_with_stored(file.content); !wrong.empty()) {
            if (!keep_former(fingerprint, wrong)) doubt_whose(file.content);
        } else if (old && *old->binary == file.content && doubt_about(old->cert, now()).empty() && !old->cert.invalid) {
            keep(*old);
        } else {
            files.push_back(std::move(file));
        }
    }
    if (!files.empty()) {
        auto [certificates, unused] = read_stored(gpg_, minimum_, files);
        for (const auto& [file, why] : unused)
            if (!keep_former(file->fingerprint, why)) doubt_whose(file->content);
        for (auto& stored : certificates) {
            if (const auto doubt = doubt_about(stored.cert, now()); !doubt.empty()) {
                out.problems.push_back(stored.cert.fingerprint + ".pgp is not used: " + doubt);
                doubt_whose(*stored.binary);
            }
            stored.file = file_of(stored.cert.fingerprint);
            keep(std::move(stored));
        }
    }
    std::ranges::sort(out.certificates, {}, [](const stored_certificate& one) { return one.cert.fingerprint; });
    return out;
}

std::expected<import_report, std::string> store::import(std::string_view file) const {
    const auto binary = certificate_data(file);
    if (!binary) return std::unexpected(binary.error());
    const file_lock lock(directory_ / ".lock");
    gpg home(gpg_);

    // A revocation that stands alone may be of any certificate; else only those in the file matter.
    std::map<std::string, std::string> wanted; // and what may keep gpg from taking them
    for (const auto& cert : home.list(*binary)) {
        const auto doubt = cert.created > now() ? doubt_about(cert, now()) : std::string{};
        wanted.emplace(cert.fingerprint, doubt.empty() ? "no valid user id?" : doubt);
    }
    const bool any = begins_with_revocation(*binary);
    std::string known;
    for (const auto& fingerprint : fingerprints()) {
        stored_file stored{.fingerprint = fingerprint, .content = {}};
        const bool matters = any || wanted.contains(fingerprint);
        if (matters && read_candidate(file_of(fingerprint), stored).empty()) known += stored.content;
    }
    if (!known.empty())
        if (auto merged = home.import(known); !merged) return std::unexpected(merged.error());
    if (auto merged = home.import(*binary); !merged) return std::unexpected(merged.error());

    import_report out;
    for (auto& [fingerprint, entry] : contents_of(home)) {
        auto& [cert, content] = entry;
        const auto path = file_of(fingerprint);
        const bool is_new = !std::filesystem::exists(path);
        const auto what = is_new ? change::added : read_file(path) == content ? change::unchanged : change::updated;
        if (what == change::unchanged && !wanted.contains(fingerprint)) continue;
        if (what != change::unchanged) replace_file(path, content);
        wanted.erase(fingerprint);
        complete(cert, content, minimum_, now());
        cert.disabled = is_disabled(fingerprint);
        stored_certificate taken{.cert = std::move(cert), .binary = std::make_shared<const std::string>(content)};
        trial(home).run({&taken, 1}, now());
        out.certificates.push_back({.cert = std::move(taken.cert), .what = what});
    }
    for (const auto& [fingerprint, why] : wanted) out.problems.push_back(fingerprint + ": gpg did not take it (" + why + ")");
    if (const auto unknown = count_unknown_versions(*binary); unknown > 0)
        out.problems.push_back(std::to_string(unknown) + " certificate(s) of a version that GnuPG 2.2 cannot use");
    if (out.certificates.empty() && out.problems.empty())
        out.problems.push_back("gpg found nothing in it that it can use (no valid user id?)");
    return out;
}

std::expected<std::string, std::string> store::resolve(std::string_view spelled) const {
    std::string suffix;
    for (const char c : spelled)
        if (!text::is_space(c)) suffix += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    if (suffix.size() < shortest_suffix) return std::unexpected("give the fingerprint, or at least its last 16 digits");
    std::optional<std::string> found;
    for (auto& fingerprint : fingerprints()) {
        if (!fingerprint.ends_with(suffix)) continue;
        if (found) return std::unexpected("more than one certificate ends with these digits");
        found = std::move(fingerprint);
    }
    if (!found) return std::unexpected("there is no such certificate");
    return *std::move(found);
}

std::expected<std::string, std::string> store::remove(std::string_view fingerprint) const {
    const file_lock lock(directory_ / ".lock");
    auto found = resolve(fingerprint);
    if (!found) return found;
    remove_file(file_of(*found));
    remove_file(marker_of(*found));
    return found;
}

std::expected<std::string, std::string> store::set(std::string_view fingerprint, availability wanted) const {
    const file_lock lock(directory_ / ".lock");
    auto found = resolve(fingerprint);
    if (!found) return found;
    switch (wanted) {
    case availability::disabled: replace_file(marker_of(*found), ""); break;
    case availability::enabled: remove_file(marker_of(*found)); break;
    }
    return found;
}

} // namespace sealgate::keys
