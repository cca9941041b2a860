#include "milter/held/permits.hpp"

#include "keys/base/acting_as_owner.hpp"
#include "keys/base/file_batch.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/journal/log.hpp"
#include "milter/protocol/release_name.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <set>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

// As the files are called, behind the token.
constexpr const char* permit_kind = ".permit";   // to be claimed
constexpr const char* claimed_kind = ".claimed"; // by the gateway
constexpr const char* refusal_kind = ".refusal"; // likewise a permit, but nothing that the gateway could claim
constexpr const char* taken_kind = ".taken";
constexpr const char* accepted_kind = ".accepted";
constexpr const char* replaced_kind = ".replaced";
constexpr const char* noted_kind = ".noted";
constexpr const char* owed_kind = ".owed";

constexpr std::size_t largest_permit = keys::largest_key_file * 16; // octets

const char* kind_of(permit_mark what) {
    switch (what) {
    case permit_mark::accepted: return accepted_kind;
    case permit_mark::replaced: return replaced_kind;
    case permit_mark::noted: return noted_kind;
    }
    std::unreachable();
}

// Of a file that was not finished too, which has another suffix behind its kind.
std::string token_of(const fs::path& file) {
    const auto name = file.filename().string();
    return name.substr(0, name.find('.'));
}

bool is_locked(const fs::path& file) {
    const keys::open_file probe(file, O_RDWR | O_CREAT);
    return ::flock(probe.descriptor(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

} // namespace

fs::path held_permits::file(const std::string& token, const char* kind) const { return directory_ / (token + kind); }

std::unique_ptr<keys::file_lock> held_permits::lock(const std::function<void()>& waits) const {
    const keys::acting_as_owner as(directory_.parent_path());
    keys::make_private_directory(directory_);
    if (is_locked(directory_ / "lock")) waits();
    auto out = std::make_unique<keys::file_lock>(directory_ / "lock");
    remove_orphans();
    return out;
}

void held_permits::remove_orphans() const {
    std::set<std::string> tokens;
    for (const auto& entry : fs::directory_iterator(directory_))
        if (auto token = token_of(entry.path()); is_release_token(token)) tokens.insert(std::move(token));
    const auto is_begun = [this](const std::string& token) {
        const auto is_there = [&](const char* kind) { return fs::exists(file(token, kind)); };
        return is_there(permit_kind) || is_there(claimed_kind) || is_there(refusal_kind);
    };
    std::vector<std::string> orphans;
    std::ranges::remove_copy_if(tokens, std::back_inserter(orphans), is_begun);
    forget(orphans);
}

void held_permits::write(const std::vector<held_permit>& permits, begun_permit::purpose what) const {
    const keys::acting_as_owner as(directory_);
    const auto* kind = what == begun_permit::purpose::release ? permit_kind : refusal_kind;
    keys::file_batch files(directory_);
    for (const auto& permit : permits) files.put(file(permit.token, kind), {octets(to_text(permit))});
    files.commit();
}

void held_permits::mark(const std::vector<std::string>& tokens, permit_mark what) const {
    const keys::acting_as_owner as(directory_);
    keys::file_batch files(directory_);
    for (const auto& token : tokens) files.put(file(token, kind_of(what)), {});
    files.commit();
}

void held_permits::remove(const std::vector<std::string>& tokens, std::initializer_list<const char*> kinds) const {
    bool any = false;
    for (const auto& token : tokens)
        for (const auto* kind : kinds) {
            const auto whole = file(token, kind);
            any = fs::remove(whole) || any;
            any = fs::remove(keys::file_batch::unfinished(whole)) || any;
        }
    if (any) keys::sync_directory(directory_);
}

void held_permits::retract(const std::string& token) const { remove({token}, {accepted_kind, replaced_kind}); }

// What was begun is told by the first ones: killed behind them, nothing is begun, and who comes next takes away the rest.
void held_permits::forget(const std::vector<std::string>& tokens) const {
    remove(tokens, {permit_kind, claimed_kind, refusal_kind});
    remove(tokens, {taken_kind, accepted_kind, replaced_kind, noted_kind, owed_kind});
}

bool held_permits::is_claimed(const std::string& token) const { return fs::exists(file(token, claimed_kind)); }

bool held_permits::is_owed(const std::string& token) const { return fs::exists(file(token, owed_kind)); }

std::optional<permit_taken> held_permits::taken(const std::string& token) const {
    const auto content = keys::read_if_there(file(token, taken_kind), largest_permit);
    if (!content) return std::nullopt;
    auto out = parse_taken(*content);
    if (!out) throw std::runtime_error(file(token, taken_kind).string() + ": " + out.error());
    return *std::move(out);
}

// Nothing of a file that is none, or gone.
std::optional<begun_permit> held_permits::read(const fs::path& path, std::vector<std::string>& problems) const {
    const auto left_alone = [&](const std::string& why) { problems.push_back(why + "; it is left alone"); };
    const auto token = path.stem().string();
    const auto is_marked = [&](permit_mark what) { return fs::exists(file(token, kind_of(what))); };
    try {
        const auto content = keys::read_if_there(path, largest_permit);
        if (!content) return std::nullopt;
        auto permit = parse_permit(*content);
        if (permit && permit->token != token) permit = std::unexpected("it is of another token");
        if (!permit) {
            left_alone(path.string() + ": " + permit.error());
            return std::nullopt;
        }
        using enum begun_permit::purpose;
        begun_permit out{.what = path.extension() == refusal_kind ? refusal : release,
                         .permit = *std::move(permit),
                         .is_claimed = path.extension() == claimed_kind,
                         .is_accepted = is_marked(permit_mark::accepted),
                         .is_replaced = is_marked(permit_mark::replaced),
                         .is_noted = is_marked(permit_mark::noted),
                         .is_owed = is_owed(token)};
        try {
            out.taken = taken(token);
        } catch (const std::exception& problem) {
            out.is_unreadable = true;
            left_alone(text_of(problem));
        }
        return out;
    } catch (const std::system_error& problem) {
        left_alone(text_of(problem));
    }
    return std::nullopt;
}

std::vector<begun_permit> held_permits::begun(std::vector<std::string>& problems) const {
    std::vector<begun_permit> out;
    if (!fs::exists(directory_)) return out;
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const auto kind = entry.path().extension();
        if (kind != permit_kind && kind != claimed_kind && kind != refusal_kind) continue;
        if (auto one = read(entry.path(), problems)) out.push_back(*std::move(one));
    }
    std::ranges::sort(out, {}, [](const begun_permit& one) { return one.permit.begun; });
    return out;
}

bool held_permits::claim(const std::string& token) {
    try {
        std::error_code problem;
        if (!is_release_token(token)) return false;
        fs::rename(file(token, permit_kind), file(token, claimed_kind), problem);
        if (problem == std::errc::no_such_file_or_directory) return false;
        if (problem) throw std::system_error(problem, file(token, permit_kind).string());
        auto permit = parse_permit(keys::read_if_there(file(token, claimed_kind), largest_permit).value_or(""));
        if (!permit || permit->token != token) throw std::runtime_error(file(token, claimed_kind).string() + " is none");
        const std::lock_guard lock(mutex_);
        claimed_.insert_or_assign(token, *std::move(permit));
        return true;
    } catch (const std::exception& problem) {
        log_warning("a permit to release a held mail cannot be claimed: " + text_of(problem));
    }
    return false;
}

void held_permits::abandon(const std::string& token) {
    const std::lock_guard lock(mutex_);
    claimed_.erase(token);
}

std::optional<held_permit> held_permits::use(const std::string& token) {
    const std::lock_guard lock(mutex_);
    auto node = claimed_.extract(token);
    return node.empty() || !is_claimed(token) ? std::nullopt : std::optional(std::move(node.mapped()));
}

void held_permits::owe(const std::string& token) const { write_claimed(token, owed_kind, ""); }

void held_permits::take(const std::string& token, const permit_taken& taken) const {
    write_claimed(token, taken_kind, to_text(taken));
}

// A command that forgets the permit removes the claimed one first: while that is there, this is seen.
void held_permits::write_claimed(const std::string& token, const char* kind, const std::string& content) const {
    keys::replace_file(file(token, kind), content);
    if (is_claimed(token)) return;
    keys::remove_file(file(token, kind));
    throw std::runtime_error("its release was given up meanwhile");
}

} // namespace sealgate::milter
