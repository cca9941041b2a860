// Answers are the same with indexes and without, whatever is in the log and whatever is asked.
#include "policy/audit/chain.hpp"
#include "policy/audit/postings.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/base/text.hpp"
#include "tests/milter/audit/indexed_log.hpp"

#include <algorithm>
#include <iterator>
#include <random>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using policy::address_form;

const std::string key(64, 'a'), other_key(64, 'b');
const policy::pseudonyms whole(address_form::keyed, key), local(address_form::keyed_local, key),
    of_another_key(address_form::keyed, other_key);

std::string capitals(std::string text) {
    for (std::size_t i = 0; i < text.size(); i += 2)
        if (text[i] >= 'a' && text[i] <= 'z') text[i] = static_cast<char>(text[i] - 'a' + 'A');
    return text;
}

// Logs with all that logs have had in them, and questions, by chance.
class LogsByChance : public IndexedLog {
protected:
    void SetUp() override {
        std::ofstream(scratch.path() / "address.key") << key << '\n';
        gateway.audit.address_key = scratch.path() / "address.key";
    }

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(chance); }
    bool once_in(std::size_t times) { return below(times) == 0; }

    std::string some_address() {
        return "staff" + std::to_string(below(25)) + "@" + (once_in(4) ? "example.net" : "example.org");
    }
    std::string some_id() { return "7Q2K-M4" + std::string(1, static_cast<char>('A' + below(26))) + std::to_string(below(3)); }

    // As a log may have an address.
    std::string spelled(const std::string& address) {
        switch (below(keyed_part ? 8 : 4)) {
        case 0: return capitals(address);
        case 1: return once_in(3) ? std::string{} : "root";
        case 4: return whole.of(policy::parse_address(address));
        case 5: return local.of(policy::parse_address(address));
        case 6: return once_in(3) ? of_another_key.of(policy::parse_address(address)) : address;
        default: return address;
        }
    }
    // In JSON, as nobody but other programs would write it.
    std::string escaped(const std::string& text) {
        if (!once_in(15) || text.empty()) return text;
        return text.substr(0, 1) == "s" ? "\\u0073" + text.substr(1) : text;
    }

    std::string decision() {
        return R"("time":"2026-11-2)" + std::to_string(below(10)) + R"(T09:00:00.000Z","id":")" + some_id() +
               R"(","sender":")" + escaped(spelled(some_address())) + R"(","classification":"secret","outcome":")" +
               (once_in(2) ? "deliver" : "reject") + R"(","recipients":[{"address":")" + spelled(some_address()) +
               R"(","tier":"partner","reason":"no-key"}],"reply":"550 {\"sender\":\"staff1@example.org\"} )" +
               std::string(below(200), 'x') + "\"";
    }
    std::string event() {
        switch (below(4)) {
        case 0: return R"("event":"start","address_key":")" + whole.key_id() + "\"";
        case 1: return R"("event":"start","address_key":")" + (once_in(2) ? of_another_key.key_id() : "") + "\"";
        case 2: return R"("event":"key-import","id":")" + some_id() + R"(","user":"root")";
        default: return R"("event":"stop")";
        }
    }
    std::string damaged() {
        switch (below(7)) {
        case 0: return {};
        case 1: return R"({"seq":7,"id":"7Q2K-M4A0","sender":"staff1@exam)"; // cut by a crash
        case 2: return R"(["id","sender"])";
        case 3: return std::string(100, '\0');
        case 4: return R"({"id":"7Q2K-M4A0"} {"sender":"staff1@example.org"})";
        case 5: return R"({"id":["7Q2K-M4A0"],"sender":7})"; // a record, of which nothing matches
        default: return "\xFF\xFE";
        }
    }
    std::string line() {
        if (once_in(40)) return damaged();
        auto out = policy::chain(end, once_in(30) ? event() : decision());
        if (once_in(400)) out.insert(1, R"("padding":")" + std::string(policy::longest_indexed, 'y') + "\",");
        if (once_in(60)) out += '\r';
        return out;
    }

    void make_log() {
        const auto files = 1 + below(4);
        for (std::size_t number = 0; number <= files; ++number) {
            keyed_part = once_in(2);
            const auto log = number == files ? written() : file(number * 1000 + 1);
            std::string text;
            for (std::size_t lines = below(300); lines > 0; --lines) text += line() + "\n";
            if (once_in(4)) text += R"({"seq":9,"id":"7Q2K-M4B1","sender":"staff2@example.org")";
            append(log, text);
        }
    }

    policy::query question() {
        policy::query out;
        const address_resolver named(gateway);
        const auto kind = below(5);
        if (kind == 0 || kind > 3) {
            for (auto count = 1 + below(2); count > 0; --count)
                out.ids.push_back(once_in(3) ? text::lower(some_id()) : some_id());
        }
        if (kind > 0) {
            for (auto count = 1 + below(2); count > 0; --count)
                out.senders.push_back(once_in(3) ? capitals(some_address()) : some_address());
            out.senders = named.as_logged(out.senders);
        }
        if (once_in(4)) out.outcomes = {"Reject"};
        if (once_in(5)) out.domains = {"example.net"};
        if (once_in(6)) out.recipients = named.as_logged({some_address()});
        if (once_in(6)) out.since = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
        if (once_in(9)) out.events = {"key-import"};
        return out;
    }

    std::mt19937 chance;
    bool keyed_part = false; // some people are hashed
    policy::chain_end end;
};

TEST_F(LogsByChance, AnswersAreTheSameWithIndexesAndWithout) {
    std::size_t asked = 0, answered = 0, found = 0;
    for (unsigned seed = 1; seed <= 25; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        chance.seed(seed);
        fs::remove_all(directory);
        fs::create_directory(directory);
        end = {};
        make_log();
        auto how = small();
        how.part = static_cast<off_t>(2000 + below(80'000));
        for (const auto& log : log_files(directory)) {
            EXPECT_TRUE(bring_index_up_to_date(log, how));
            if (once_in(3)) append(written(), line() + "\n");
        }
        for (int i = 0; i < 15; ++i) {
            gateway.audit.addresses = once_in(2) ? address_form::keyed : address_form::clear;
            const auto what = question();
            const auto with = ask(what), without = ask_without_index(what);
            ASSERT_EQ(with, without);
            found += with.lines.size();
            for (const auto& log : log_files(directory)) {
                ++asked;
                answered += is_answered(log, what);
            }
        }
    }
    EXPECT_GT(answered, asked / 2) << "so that something is compared";
    EXPECT_GT(found, 1000u);
}

TEST_F(LogsByChance, AnswersGoOnWhereTheLogDoes) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        chance.seed(seed);
        fs::remove_all(directory);
        fs::create_directory(directory);
        append(written(), line() + "\n");
        make_log();
        index_all();
        const auto what = question();
        audit_search search(directory, what, address_resolver(gateway), none_made());
        told with;
        tell(with, search);
        for (int i = 0; i < 100; ++i) append(written(), line() + "\n");
        fs::rename(written(), file(900'000));
        for (int i = 0; i < 100; ++i) append(written(), line() + "\n");
        tell(with, search);
        EXPECT_EQ(with, ask_without_index(what));
    }
}

// A key that does not fit is told of, though no line is read for the sender that is asked for.
TEST_F(LogsByChance, HashesUnderAnotherKeyCountInAnAnswerAboutOthers) {
    gateway.audit.addresses = address_form::keyed;
    const auto hashed_decision = [](const policy::pseudonyms& names) {
        return R"({"id":"7Q2K-M4XD","sender":")" + names.of(policy::parse_address("eve@example.org")) + "\"}\n";
    };
    fill(file(1), 0, 100);
    append(file(1),
           R"({"event":"start","address_key":")" + of_another_key.key_id() + "\"}\n" + hashed_decision(of_another_key));
    fill(file(200), 200, 100);
    append(file(200), hashed_decision(of_another_key));
    append(file(200), R"({"event":"start","address_key":")" + whole.key_id() + "\"}\n" + hashed_decision(whole));
    fill(written(), 400, 100);
    append(written(), hashed_decision(whole));
    index_all();
    const policy::query staff{.senders = {"staff3@example.org"}};
    EXPECT_EQ(ask(staff).under_another_key, 2u);
    expect_same(staff);
    EXPECT_EQ(ask({.ids = {id(210)}}).under_another_key, 0u);
    gateway.audit.addresses = address_form::clear;
    EXPECT_EQ(ask(staff).under_another_key, 4u);
    expect_same(staff);
}

TEST_F(LogsByChance, LongStartIsFollowedToo) {
    gateway.audit.addresses = address_form::keyed;
    const auto decision_of = [](const policy::pseudonyms& names) {
        return R"({"id":"7Q2K-M4XD","sender":")" + names.of(policy::parse_address("eve@example.org")) + "\"}\n";
    };
    append(file(1), R"({"event":"start","address_key":")" + whole.key_id() + "\"}\n" + decision_of(whole));
    append(file(1), R"({"event":"start","padding":")" + std::string(policy::longest_indexed, 'y') + R"(","address_key":")" +
                        of_another_key.key_id() + "\"}\n" + decision_of(of_another_key));
    fill(file(1), 0, 100);
    fill(written(), 100, 1);
    auto how = small();
    how.part = off_t{1} << 26; // one part
    EXPECT_TRUE(bring_index_up_to_date(file(1), how));
    EXPECT_TRUE(is_answered(file(1), {.ids = {id(7)}}));
    EXPECT_EQ(ask({.senders = {"staff3@example.org"}}).under_another_key, 1u);
    expect_same({.senders = {"staff3@example.org"}});
}

TEST_F(LogsByChance, IndexThatNamesAWrongLineIsNotBelieved) {
    fill(file(1), 0, 100);
    fill(written(), 100, 1);
    const auto ids = std::vector{id(7), id(50)};
    for (const auto& [what, answers] : std::vector<std::pair<std::string, policy::postings>>{
             {"the wrong record", {.of_values = {{policy::keys_of({.ids = {id(7)}}).front(), 0}}, .lines = 100}},
             {"the middle of a line", {.of_values = {{policy::keys_of({.ids = {id(7)}}).front(), 5}}, .lines = 100}},
             {"a damaged line that is none", {.always = {0}, .lines = 100}},
             {"a damaged line in the middle of one", {.always = {5}, .lines = 100}},
             {"a place behind the end", {.always = {100'000'000}, .lines = 100}}}) {
        SCOPED_TRACE(what);
        forget_index(file(1));
        {
            const keys::input_file in(file(1));
            const auto state = keys::state_of(in.status());
            index_file(file(1), index_file::access::write)
                .add({.end = state.size, .ending = ending_before(in, state.size, file(1)), .lines = answers}, state);
        }
        EXPECT_FALSE(is_answered(file(1), {.ids = ids}));
        expect_same({.ids = ids});
        EXPECT_EQ(ask({.ids = ids}, small()).lines.size(), 2u);
        EXPECT_TRUE(is_answered(file(1), {.ids = ids})) << "made anew";
    }
}

} // namespace
} // namespace sealgate::milter
