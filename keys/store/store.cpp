#include "keys/store/store.hpp"

#include "keys/base/files.hpp"
#include "keys/certificates/self_signatures.hpp"
#include "keys/certificates/transferable_key.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/store/judgements.hpp"
#include "keys/store/stored_files.hpp"
#include "keys/store/trial.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <ranges>
#include <set>
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

bool is_as_it_was(const stored_certificate& old, const std::string& content) {
    return *old.binary == content && (!old.read_again || *old.read_again > now());
}

// Whose answers the index may give: this program's own reading is in them too.
std::string judge_of(const gpg_options& gpg, const policy::key_minimum& minimum) {
    return "sealgate " SEALGATE_VERSION " " + identity_of_gpg(gpg) + " rsa " + std::to_string(minimum.rsa) + " elgamal " +
           std::to_string(minimum.elgamal);
}

} // namespace

// What load() answers, as it comes together.
class store::gathering {
public:
    gathering(std::span<const stored_certificate> known, policy::key_minimum minimum,
              std::function<bool(const std::string&)> is_disabled)
        : minimum_(minimum)
        , is_disabled_(std::move(is_disabled)) {
        for (const auto& stored : known) before_.emplace(stored.cert.fingerprint, &stored);
    }

    // Null where there is none.
    const stored_certificate* former(const std::string& fingerprint) const {
        const auto found = before_.find(fingerprint);
        return found != before_.end() ? found->second : nullptr;
    }

    void keep(stored_certificate stored, std::filesystem::path file) {
        stored.file = std::move(file);
        keep(std::move(stored));
    }

    void keep(stored_certificate stored) {
        if (const auto doubt = doubt_about(stored.cert, now()); !doubt.empty())
            add_unused(stored.cert.fingerprint, doubt, *stored.binary);
        put(std::move(stored));
    }

    // Its file cannot be used. The former certificate stays in its place; else it may be somebody's: anybody's, where nothing
    // could be read.
    void miss(const std::string& fingerprint, const std::string& problem, std::optional<std::string_view> content) {
        const auto* old = former(fingerprint);
        if (!old) return add_unused(fingerprint, problem, content);
        out_.problems.push_back(fingerprint + ".pgp cannot be used any more, and the certificate stays as it was: " + problem);
        put(*old);
    }

    store_contents take() {
        std::ranges::sort(out_.certificates, {}, [](const stored_certificate& one) { return one.cert.fingerprint; });
        return std::move(out_);
    }

private:
    void put(stored_certificate stored) {
        stored.cert.disabled = is_disabled_(stored.cert.fingerprint);
        mark_weak(stored.cert, minimum_); // the policy may be another one
        out_.certificates.push_back(std::move(stored));
    }

    // A file that is not used, and whose mail has to wait for it.
    void add_unused(const std::string& fingerprint, const std::string& problem, std::optional<std::string_view> content) {
        const bool may_be_anybodys = !content || may_lack_user_ids(*content);
        out_.problems.push_back(fingerprint + ".pgp is not used: " + problem +
                                (may_be_anybodys ? "; it may be anybody's, so mail to whoever has no other key waits" : ""));
        if (may_be_anybodys)
            out_.doubts.of_all = true;
        else
            std::ranges::move(addresses_in(*content), std::back_inserter(out_.doubts.addresses));
    }

    policy::key_minimum minimum_;
    std::function<bool(const std::string&)> is_disabled_;
    std::map<std::string_view, const stored_certificate*> before_;
    store_contents out_;
};

store::store(std::filesystem::path directory, gpg_options gpg, policy::key_minimum minimum)
    : directory_(std::move(directory))
    , gpg_(std::move(gpg))
    , minimum_(minimum) {
    if (gpg_.scratch.empty()) gpg_.scratch = std::filesystem::temp_directory_path();
}

std::filesystem::path store::file_of(const std::string& fingerprint) const { return directory_ / (fingerprint + ".pgp"); }

std::filesystem::path store::marker_of(const std::string& fingerprint) const {
    return directory_ / (fingerprint + ".disabled");
}

bool store::is_disabled(const std::string& fingerprint) const { return std::filesystem::exists(marker_of(fingerprint)); }

// One look, since the directory may be taken away between two.
store::listing store::list() const {
    listing out;
    std::error_code problem;
    const std::filesystem::directory_iterator entries(directory_, problem);
    if (problem == std::errc::no_such_file_or_directory) return out;
    if (problem) throw std::system_error(problem, "cannot read " + directory_.string());
    out.is_there = true;
    for (const auto& entry : entries) {
        const auto& file = entry.path();
        const auto name = file.stem().string();
        std::error_code unknown; // what can't be told, or is a directory, is said when it is read
        const bool may_be_read = entry.is_regular_file(unknown) || unknown || entry.is_directory(unknown);
        if (may_be_read && file.extension() == ".pgp" && canonical_fingerprint(name) == name) out.fingerprints.push_back(name);
        out.has_lock = out.has_lock || file == lock_file();
    }
    std::ranges::sort(out.fingerprints);
    return out;
}

// Why the directory is not what it was; or nothing. Its last certificate is removed under the lock, which stays.
std::string store::loss(const listing& found, bool held) const {
    if (!held || found.has_lock || !found.fingerprints.empty()) return {};
    return directory_.string() + (found.is_there ? " has nothing in it" : " is gone") +
           ", and held certificates: is a file system not mounted? If that is meant, remove " + note_file().string() +
           " and restart the gateway";
}

void store::note_what_it_holds() const {
    if (!std::filesystem::exists(note_file()) && !list().fingerprints.empty()) replace_file(note_file(), "");
}

store_contents store::kept(std::span<const stored_certificate> known, std::string problem) const {
    return {.certificates = {known.begin(), known.end()},
            .problems = {std::move(problem) + ". Certificates in use stay, and mail for which there is none waits"},
            .doubts = {.of_all = true}};
}

store_contents store::load(std::span<const stored_certificate> known, reading what) const {
    listing found;
    try {
        found = list();
    } catch (const std::system_error& unreadable) {
        return kept(known, unreadable.what());
    }
    const bool held = !known.empty() || std::filesystem::exists(note_file());
    if (auto lost = loss(found, held); !lost.empty()) return kept(known, std::move(lost));
    return read(found.fingerprints, known, what);
}

store_contents store::read(const std::vector<std::string>& fingerprints, std::span<const stored_certificate> known,
                           reading what) const {
    gathering all(known, minimum_, [this](const std::string& fingerprint) { return is_disabled(fingerprint); });
    std::optional<judgements> before; // what gpg was asked then is not asked again
    std::vector<stored_file> files;
    for (const auto& fingerprint : fingerprints) {
        stored_file file{.fingerprint = fingerprint, .content = {}};
        const auto* old = all.former(fingerprint);
        if (const auto unreadable = read_now(file_of(fingerprint), file.content); !unreadable.empty()) {
            all.miss(fingerprint, unreadable, std::nullopt);
        } else if (const auto wrong = problem_with_stored(file.content); !wrong.empty()) {
            all.miss(fingerprint, wrong, file.content);
        } else if (old && what == reading::what_changed && is_as_it_was(*old, file.content)) {
            all.keep(*old);
        } else {
            if (!before) before.emplace(index_file(), judge_of(gpg_, minimum_));
            if (auto judged = before->find(fingerprint, file.content, now()))
                all.keep(std::move(*judged), file_of(fingerprint));
            else
                files.push_back(std::move(file));
        }
    }
    if (!files.empty()) judge(files, fingerprints, *before, all);
    return all.take();
}

void store::judge(const std::vector<stored_file>& files, const std::vector<std::string>& fingerprints, judgements& index,
                  gathering& all) const {
    const auto time = now();
    auto [certificates, unused] = read_stored(gpg_, minimum_, files);
    index.keep(certificates, fingerprints, time);
    for (const auto& [file, why] : unused) all.miss(file->fingerprint, why, file->content);
    for (auto& stored : certificates) all.keep(std::move(stored), file_of(stored.cert.fingerprint));
}

// Empty where there is none that can be used.
std::string store::content_of(const std::string& fingerprint) const {
    stored_file stored{.fingerprint = fingerprint, .content = {}};
    const bool is_there = std::filesystem::exists(file_of(fingerprint));
    return is_there && read_candidate(file_of(fingerprint), stored).empty() ? std::move(stored.content) : std::string{};
}

// What the file has of each certificate, together with what the store has of it.
std::vector<import_group> store::groups_of(key_file read, import_report& report) const {
    std::map<std::string, import_group> groups;
    for (auto& piece : read.certificates) {
        if (piece.fingerprint.empty()) {
            report.problems.push_back("a certificate of version " + std::to_string(piece.version) +
                                      " was not taken: such keys are not used any more, or not known yet");
            continue;
        }
        auto& group = groups[piece.fingerprint];
        group.version = piece.version;
        group.fresh.push_back(std::move(piece.binary));
    }
    // A revocation by itself becomes a certificate of its primary key and it.
    const auto in_store = read.revocations.empty() ? std::vector<std::string>{} : list().fingerprints;
    for (const auto& revocation : read.revocations) {
        const auto is_issuer = [&](const std::string& fingerprint) {
            return !revocation.issuer.empty() &&
                   (fingerprint == revocation.issuer || key_id_of(fingerprint) == revocation.issuer);
        };
        std::set<std::string> meant;
        std::ranges::copy_if(in_store, std::inserter(meant, meant.end()), is_issuer);
        std::ranges::copy_if(std::views::keys(groups), std::inserter(meant, meant.end()), is_issuer);
        if (meant.empty())
            report.problems.push_back("the revocation of " + (revocation.issuer.empty() ? "no named key" : revocation.issuer) +
                                      " is of no certificate that is here: nothing is to be revoked");
        for (const auto& fingerprint : meant) {
            auto& group = groups[fingerprint];
            const auto content = group.fresh.empty() ? content_of(fingerprint) : group.fresh.front();
            if (content.empty()) continue;
            group.version = version_of(content);
            group.fresh.push_back(std::string(primary_key_of(content)) + revocation.binary);
            group.revoked_alone = true;
        }
    }
    std::vector<import_group> out;
    for (auto& [fingerprint, group] : groups) {
        if (group.fresh.empty()) continue;
        group.fingerprint = fingerprint;
        group.known = content_of(fingerprint);
        out.push_back(std::move(group));
    }
    return out;
}

// With all that load() would say of them; without a certificate where there is nothing to keep.
std::vector<stored_certificate> store::tried(std::vector<import_result> results) const {
    std::vector<stored_certificate> out;
    for (auto& one : results) {
        if (!one.content.empty()) complete(one.cert, read_self_signatures(one.content), minimum_);
        one.cert.disabled = !one.content.empty() && is_disabled(one.cert.fingerprint);
        out.push_back({.cert = std::move(one.cert), .binary = std::make_shared<const std::string>(std::move(one.content))});
    }
    try_all(gpg_, out, now());
    return out;
}

void store::put(const import_group& group, stored_certificate merged, import_report& report) const {
    if (merged.binary->empty()) return;
    const auto path = file_of(group.fingerprint);
    const auto what = !std::filesystem::exists(path)  ? change::added
                      : group.known == *merged.binary ? change::unchanged
                                                      : change::updated;
    if (what != change::unchanged) replace_one_of_many(path, *merged.binary);
    if (group.revoked_alone && !merged.cert.revoked)
        report.problems.push_back(group.fingerprint + ": its revocation was not taken, since its key did not sign it");
    report.certificates.push_back({.cert = std::move(merged.cert), .what = what, .binary = std::move(merged.binary)});
}

std::expected<import_report, std::string> store::import(std::string_view file,
                                                        std::span<const stored_certificate> known) const {
    auto read = read_key_file(file);
    if (!read) return std::unexpected(std::move(read.error()));
    if (auto lost = loss(list(), std::filesystem::exists(note_file())); !lost.empty()) return std::unexpected(std::move(lost));
    make_private_directory(directory_);
    const file_lock lock(lock_file());
    import_report out{.certificates = {}, .problems = std::move(read->problems)};
    std::vector<import_group> fresh;
    for (auto& group : groups_of(*std::move(read), out)) {
        const auto is_known = [&](const stored_certificate& one) {
            return one.cert.fingerprint == group.fingerprint && *one.binary == group.known;
        };
        const bool is_news = std::ranges::any_of(group.fresh, [&](const auto& one) { return one != group.known; });
        const auto same = is_news ? known.end() : std::ranges::find_if(known, is_known);
        if (same == known.end()) {
            fresh.push_back(std::move(group));
        } else {
            put(group, *same, out);
        }
    }
    auto results = merge_into_known(gpg_, fresh, now());
    for (std::size_t i = 0; i < fresh.size(); ++i)
        if (!results[i].problem.empty()) out.problems.push_back(fresh[i].fingerprint + " was not taken: " + results[i].problem);
    auto merged = tried(std::move(results));
    for (std::size_t i = 0; i < fresh.size(); ++i) put(fresh[i], std::move(merged[i]), out);
    sync_directory(directory_);
    try {
        note_what_it_holds();
    } catch (const std::system_error&) { // the gateway notes it too
    }
    std::ranges::sort(out.certificates, {}, [](const imported_certificate& one) { return one.cert.fingerprint; });
    return out;
}

std::expected<std::string, std::string> store::resolve(std::string_view spelled) const {
    std::string suffix;
    for (const char c : spelled)
        if (!text::is_space(c)) suffix += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    if (suffix.size() < shortest_suffix) return std::unexpected("give the fingerprint, or at least its last 16 digits");
    std::optional<std::string> found;
    for (auto& fingerprint : list().fingerprints) {
        if (!fingerprint.ends_with(suffix)) continue;
        if (found) return std::unexpected("more than one certificate ends with these digits");
        found = std::move(fingerprint);
    }
    if (!found) return std::unexpected("there is no such certificate");
    return *std::move(found);
}

// A directory in which there is nothing to change gets no lock either.
std::expected<std::string, std::string> store::remove(std::string_view fingerprint) const {
    if (auto nothing = resolve(fingerprint); !nothing) return nothing;
    const file_lock lock(lock_file());
    auto found = resolve(fingerprint);
    if (!found) return found;
    remove_file(file_of(*found));
    remove_file(marker_of(*found));
    forget_judgements_but(index_file(), list().fingerprints);
    return found;
}

std::expected<std::string, std::string> store::set(std::string_view fingerprint, availability wanted) const {
    if (auto nothing = resolve(fingerprint); !nothing) return nothing;
    const file_lock lock(lock_file());
    auto found = resolve(fingerprint);
    if (!found) return found;
    switch (wanted) {
    case availability::disabled: replace_file(marker_of(*found), ""); break;
    case availability::enabled: remove_file(marker_of(*found)); break;
    }
    return found;
}

} // namespace sealgate::keys
