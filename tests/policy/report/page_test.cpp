// The report as a whole. Its page for a small log is tests/policy/golden/report.html; after a wanted change, read what
// SEALGATE_RENEW_GOLDEN=1 policy_test --gtest_filter='Report.*' makes of it, and commit it.
#include "policy/base/rfc3339.hpp"
#include "policy/report/page.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace json = boost::json;

wall_time at(std::string_view text) { return parse_rfc3339(text).value(); }

const auto now = at("2026-11-27T12:00:00Z");
const proof_status whole{.records = 1204, .last_record = 1204, .flaw = {}, .signed_to = 0, .signed_at = {}, .remarks = {}};

constexpr std::string_view small_log =
    R"({"time":"2026-11-20T08:00:00Z","event":"start","version":"0.1.0","mode":"monitor","policy":"sha256:aaaa"}
{"time":"2026-11-20T09:00:00Z","outcome":"reject","classification":"confidential","mode":"monitor","policy":"sha256:aaaa","sender":"ann@example.org","recipients":[{"address":"zoe@yahoo.com","tier":"unsecure","action":"encrypt","result":"reject","reason":"no-key"}]}
{"time":"2026-11-20T10:00:00Z","outcome":"seal","classification":"confidential","mode":"monitor","policy":"sha256:aaaa","sender":"max@example.org","recipients":[{"address":"bob@partner.example","tier":"secure","action":"encrypt","result":"seal","reason":"sealed"}]}
{"time":"2026-11-22T09:00:00Z","outcome":"deliver","classification":"public","mode":"enforce","policy":"sha256:bbbb","sender":"ann@example.org","recipients":[{"address":"zoe@yahoo.com","tier":"unsecure","action":"deliver","result":"deliver","reason":"allowed"}]}
{"time":"2026-11-23T09:00:00Z","outcome":"warn","classification":"internal","mode":"enforce","policy":"sha256:bbbb","sender":"ann@example.org","recipients":[{"address":"zoe@yahoo.com","tier":"unsecure","action":"warn","result":"warn","reason":"tier"}]}
{"time":"2026-11-24T09:00:00Z","outcome":"reject","classification":"confidential","mode":"enforce","policy":"sha256:bbbb","sender":"ann@example.org","near_misses":[{"suggestion":"confidential","carrier":"subject"}],"recipients":[{"address":"zoe@yahoo.com","tier":"unsecure","action":"encrypt","result":"reject","reason":"near-miss"}]}
{"time":"2026-11-25T09:00:00Z","outcome":"reject","classification":"confidential","mode":"enforce","policy":"sha256:bbbb","sender":"ann@example.org","recipients":[{"address":"zoe@yahoo.com","tier":"unsecure","action":"encrypt","result":"reject","reason":"no-key"},{"address":"bob@partner.example","tier":"secure","action":"encrypt","result":"seal","reason":"sealed"}]}
{"time":"2026-11-26T09:00:00Z","outcome":"hold","classification":"secret","mode":"enforce","policy":"sha256:bbbb","sender":"ann@example.org","recipients":[{"address":"max@example.org","tier":"organisation","action":"hold","result":"hold","reason":"tier"}]}
{"time":"2026-11-26T10:00:00Z","outcome":"defer","classification":"confidential","failure":"sealing-failed","mode":"enforce","policy":"sha256:bbbb","sender":"ann@example.org","recipients":[{"address":"bob@partner.example","tier":"secure","action":"encrypt","result":"seal","reason":"sealed"}]}
{"time":"2026-11-26T11:00:00Z","event":"key-import","fingerprint":"8C1A0D4E5B6F7A8B","addresses":["zoe@yahoo.com"],"user":"root"}
{"time":"2026-11-26T12:00:00Z","outcome":"seal","classification":"confidential","mode":"enforce","policy":"sha256:bbbb","sender":"ann@example.org","recipients":[{"address":"zoe@yahoo.com","tier":"unsecure","action":"encrypt","result":"seal","reason":"sealed"}]}
)";

tally counted(std::string_view lines) {
    tally out({}, {});
    while (!lines.empty()) {
        out.add(json::parse(lines.substr(0, lines.find('\n'))).as_object());
        lines.remove_prefix(lines.find('\n') + 1);
    }
    return out;
}

const ending_keys no_ending{};

report_input input(const tally& counts, const proof_status& proof = whole, const ending_keys& ending = no_ending) {
    return {.counted = counts.counted(),
            .proof = proof,
            .ending = ending,
            .since = {},
            .until = {},
            .now = now,
            .log = "/var/lib/sealgate/audit",
            .version = "0.1.0",
            .host = "mx1.example.org",
            .organisation = "Example & Co",
            .policy_text = [](const std::string& digest) -> std::optional<std::string> {
                if (digest == "sha256:aaaa") return "rules:\n  internal: {unsecure: deliver}\n";
                if (digest == "sha256:bbbb") return "rules:\n  internal: {unsecure: warn}\n";
                return std::nullopt;
            }};
}

std::string page_of(std::string_view lines, const proof_status& proof = whole) {
    const auto counts = counted(lines);
    return report_page(input(counts, proof));
}

TEST(Report, PageOfASmallLogIsTheGoldenOne) {
    const auto page = page_of(small_log, {.records = 11,
                                          .last_record = 11,
                                          .flaw = {},
                                          .signed_to = 9,
                                          .signed_at = at("2026-11-26T10:30:00Z"),
                                          .remarks = {"the log ends in the middle of a record"}});
    const std::string file = SEALGATE_GOLDEN "/report.html";
    if (std::getenv("SEALGATE_RENEW_GOLDEN")) std::ofstream(file, std::ios::binary) << page;
    std::ifstream in(file, std::ios::binary);
    const std::string golden{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(page == golden) << "the page is another one; see the head of this file";
}

TEST(Report, NumbersOfPageAndJsonAreTheLogs) {
    const auto counts = counted(small_log);
    const auto value = json::parse(report_json(input(counts)));
    const auto number = [&](std::string_view pointer) { return value.at_pointer(pointer).to_number<std::uint64_t>(); };
    EXPECT_EQ(number("/messages"), 9u);
    EXPECT_EQ(number("/outcomes/reject"), 2u);
    EXPECT_EQ(number("/watched/reject"), 1u);
    EXPECT_EQ(number("/refusals/reasons/rows/0/refused") + number("/refusals/reasons/rows/1/refused") +
                  number("/refusals/reasons/rows/2/refused"),
              2u);
    EXPECT_EQ(number("/insecure_domains/rows/0/warned"), 1u);
    EXPECT_EQ(value.at_pointer("/insecure_domains/rows/0/domain").as_string(), "yahoo.com");
    EXPECT_EQ(number("/missing_keys/rows/0/messages"), 2u);
    EXPECT_EQ(value.at_pointer("/missing_keys/rows/0/senders/0").as_string(), "ann@example.org");
    EXPECT_EQ(number("/missing_keys/rows/0/more_senders"), 0u);
    EXPECT_EQ(number("/gateway/kinds/policy"), 1u);
    EXPECT_EQ(number("/gateway/kinds/mode"), 1u);
    EXPECT_EQ(number("/near_misses/messages"), 1u);
    EXPECT_EQ(number("/senders/rows/0/outcomes/reject"), 2u); // those that were watched stand below /monitor
    EXPECT_EQ(value.at_pointer("/senders/rows/0/sender").as_string(), "ann@example.org");
    EXPECT_EQ(number("/insecure_senders/rows/0/warned"), 1u);
    EXPECT_EQ(value.at_pointer("/insecure_senders/rows/0/domain").as_string(), "yahoo.com");
    EXPECT_EQ(value.at_pointer("/host").as_string(), "mx1.example.org");
    EXPECT_EQ(number("/monitor/senders/rows/0/outcomes/reject"), 1u);
    std::uint64_t slots = 0;
    for (const auto& slot : value.at_pointer("/time_line/slots").as_array())
        for (const auto* kind : {"outcomes", "watched"})
            for (const auto& [name, count] : slot.at(kind).as_object()) slots += count.to_number<std::uint64_t>();
    EXPECT_EQ(slots, 9u);
}

// An auditor reads what changed, and not that two hashes differ.
TEST(Report, APolicyThatChangedIsToldInWords) {
    const auto counts = counted(small_log);
    auto in = input(counts);
    EXPECT_THAT(report_page(in), HasSubstr("<li><code><bdi>+ rules: internal: {unsecure: warn}</bdi></code></li>"));
    const auto change = [&] {
        const auto told = json::parse(report_json(in));
        for (const auto& one : told.at_pointer("/gateway/changes").as_array())
            if (one.at("kind") == "policy") return one.as_object();
        return json::object{};
    };
    EXPECT_EQ(json::serialize(change().at("lines")),
              R"(["- rules: internal: {unsecure: deliver}","+ rules: internal: {unsecure: warn}"])");
    in.policy_text = [](const std::string&) { return std::nullopt; };
    EXPECT_EQ(json::serialize(change().at("lines")), R"(["what they said is not kept beside the log"])");
    in.policy_text = {};
    EXPECT_EQ(json::serialize(change().at("lines")), "[]");
}

TEST(Report, DomainsOfOtherAlphabetsAreReadable) {
    const auto page = page_of(
        R"({"time":"2026-11-25T09:00:00Z","outcome":"warn","mode":"enforce","sender":"ann@xn--exmple-cua.org","recipients":[{"address":"zoe@xn--bcher-kva.example","tier":"unsecure","action":"warn","result":"warn","reason":"tier"}]}
)");
    for (const auto* said : {"ann@exämple.org (xn--exmple-cua.org)", "bücher.example (xn--bcher-kva.example)"})
        EXPECT_THAT(page, HasSubstr(said));
}

TEST(Report, KeysThatEndAreListed) {
    const auto counts = counted(small_log);
    const auto end_at = [](std::string_view text) { return std::chrono::floor<std::chrono::seconds>(at(text)); };
    ending_keys ending{.certificates = {{.fingerprint = "AAAA",
                                         .addresses = {"vault@example.org", "<b>@example.org"},
                                         .end = end_at("2026-11-20T12:00:00Z"),
                                         .of_organisation = true},
                                        {.fingerprint = "BBBB",
                                         .addresses = {"bob@partner.example"},
                                         .end = end_at("2026-12-01T12:00:00Z"),
                                         .source = key_source::wkd}}};
    const auto page = report_page(input(counts, whole, ending));
    for (const auto* said : {"vault@example.org, &lt;b&gt;@example.org", "ended; mail is always encrypted to it, too",
                             "2026-12-01 12:00", "BBBB", "<td>wkd</td>"})
        EXPECT_THAT(page, HasSubstr(said));
    const auto told = json::parse(report_json(input(counts, whole, ending))).at_pointer("/ending_keys");
    EXPECT_EQ(json::serialize(told.at("rows").at(0)),
              R"({"fingerprint":"AAAA","addresses":["vault@example.org","<b>@example.org"],"source":"own",)"
              R"("end":"2026-11-20T12:00:00.000Z","ended":true,"always_to":true})");
    EXPECT_FALSE(told.at("rows").at(1).at("ended").as_bool());
    EXPECT_THAT(report_page(input(counts)), HasSubstr("There is none."));
    ending = {.problem = "nobody may read <them>"};
    EXPECT_THAT(report_page(input(counts, whole, ending)), HasSubstr("They are not known: nobody may read &lt;them&gt;."));
    ending = {.certificates = std::vector<ending_certificate>(
                  60, {.fingerprint = "CCCC", .addresses = {}, .end = end_at("2026-12-01T12:00:00Z")})};
    EXPECT_THAT(report_page(input(counts, whole, ending)), HasSubstr("There are 10 more."));
}

TEST(Report, ProofIsToldInPlainWords) {
    EXPECT_THAT(page_of("", {}), HasSubstr("<strong>Empty.</strong>"));
    EXPECT_THAT(page_of(small_log), HasSubstr("<strong>Whole.</strong> 1,204 records"));
    EXPECT_THAT(page_of(small_log), HasSubstr("no signed checkpoint was at hand"));
    const auto broken = page_of(small_log, {.records = 16,
                                            .last_record = 16,
                                            .flaw = "record 17 was <b>changed",
                                            .is_chain_whole = false,
                                            .signed_to = 10,
                                            .signed_at = at("2026-11-26T10:30:00Z"),
                                            .remarks = {}});
    EXPECT_THAT(broken, HasSubstr("<strong>Not whole.</strong> The first that is wrong: record 17 was &lt;b&gt;changed"));
    EXPECT_THAT(broken, HasSubstr("Records up to 10 are as they were signed on <time datetime=\"2026-11-26T10:30:00.000Z\">26 "
                                  "November 2026, 10:30 UTC</time>"));
    EXPECT_THAT(broken, Not(HasSubstr("Whole.</strong>")));
}

TEST(Report, CopiesThatOthersKeptAreToldApartFromTheGatewaysOwnCheckpoints) {
    const auto page = [](proof_status of) {
        of.records = of.last_record = 16;
        return page_of(small_log, of);
    };
    const auto own = page({.signed_to = 10});
    EXPECT_THAT(own, HasSubstr("the log is proved by copies of its checkpoints that others keep"));
    const auto kept = page({.is_kept = true, .signed_to = 10});
    EXPECT_THAT(kept, HasSubstr("proved by copies of the checkpoints that others kept, and so against the gateway's own"));
    EXPECT_THAT(kept, Not(HasSubstr("copies of its checkpoints that others keep")));

    EXPECT_THAT(page({}), HasSubstr("Nothing: no signed checkpoint was at hand."));
    EXPECT_THAT(page({.not_genuine = 1}), HasSubstr("Nothing: of the checkpoints at hand none is genuine"));
    EXPECT_THAT(page({.checkpoints = 1, .not_genuine = 1}),
                HasSubstr("Nothing: the signed checkpoints are not of this log as far"));
    EXPECT_THAT(page({.is_kept = true}), HasSubstr("Nothing: the files that were given hold no signed checkpoint."));
    EXPECT_THAT(page({.is_kept = true, .not_genuine = 1}), HasSubstr("of the copies of checkpoints that were given none is"));
    EXPECT_THAT(page({.is_kept = true, .checkpoints = 1}),
                HasSubstr("the copies of checkpoints that were given are not of this log as far"));

    const auto counts = counted(small_log);
    const proof_status status{.flaw = {}, .is_kept = true};
    EXPECT_TRUE(json::parse(report_json(input(counts, status))).at_pointer("/proof/kept").as_bool());
}

TEST(Report, SaysWhereNoRecordIsWrongAndTheProofIs) {
    const auto page = page_of(small_log, {.records = 16,
                                          .last_record = 16,
                                          .flaw = "record 1 of the log names another key",
                                          .is_chain_whole = true,
                                          .checkpoints = 3,
                                          .signed_to = 0,
                                          .signed_at = {},
                                          .remarks = {}});
    EXPECT_THAT(page, HasSubstr("<strong>Not proved.</strong> The records follow one another, but record 1 of the log names"));
    EXPECT_THAT(page, HasSubstr("or nobody knows whose they are"));
    EXPECT_THAT(page, Not(HasSubstr("Whole.</strong>")));
}

TEST(Report, NoRecordIsAReportToo) {
    const auto page = page_of("");
    EXPECT_THAT(page, HasSubstr("No outgoing mail was decided about"));
    EXPECT_THAT(page, Not(HasSubstr("class=\"columns\"")));
    EXPECT_THAT(page, Not(HasSubstr("id=\"watched\"")));
}

// Every text that a record can bring, in every place where one can stand.
TEST(Report, HostileTextsStayTexts) {
    const std::string evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u202E";
    const json::object recipient{
        {"address", evil + "@" + evil}, {"tier", evil}, {"action", evil}, {"result", "reject"}, {"reason", "no-key"}};
    const json::object odd{{"address", evil}, {"tier", evil}, {"action", evil}, {"result", "reject"}, {"reason", evil}};
    tally counts({}, {});
    for (const auto* mode : {"enforce", "monitor", "<b>"}) {
        for (const auto* outcome : {"reject", "defer"})
            counts.add(json::object{{"time", "2026-11-26T09:00:00Z"},
                                    {"outcome", outcome},
                                    {"classification", evil},
                                    {"mode", mode},
                                    {"policy", evil + mode},
                                    {"failure", evil},
                                    {"sender", evil},
                                    {"recipients", {recipient, odd}},
                                    {"near_misses", {json::object{{"suggestion", evil}, {"carrier", evil}}}}});
    }
    counts.add(json::object{{"time", "2026-11-26T09:00:00Z"}, {"event", evil}});
    counts.add(json::object{{"time", "2026-11-26T09:00:00Z"},
                            {"event", "key-" + evil},
                            {"fingerprint", evil},
                            {"addresses", {evil}},
                            {"user", evil}});
    counts.add(json::object{{"time", "2026-11-26T09:00:00Z"}, {"event", "start"}, {"version", evil}});
    auto in = input(counts);
    in.log = in.version = in.host = in.organisation = evil;
    in.policy_text = [&](const std::string& digest) { return std::optional("rules:\n  " + evil + digest); };
    const auto page = report_page(in);
    for (const auto* markup : {"<script", "<img", "\u202E"}) EXPECT_THAT(page, Not(HasSubstr(markup)));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
    EXPECT_FALSE(std::regex_search(page, std::regex("\\bon[a-z]+=\"")));
    EXPECT_NO_THROW(json::parse(report_json(in)));
}

TEST(Report, PageFetchesNothingAndEveryIdStandsOnce) {
    const auto page = page_of(small_log);
    EXPECT_THAT(
        page,
        HasSubstr(R"(<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">)"));
    for (const auto* outside : {"http:", "https:", "src=", "@import", "<link", "<script"})
        EXPECT_THAT(page, Not(HasSubstr(outside)));
    std::set<std::string> ids;
    const std::regex id(" id=\"([^\"]+)\"");
    for (std::sregex_iterator one(page.begin(), page.end(), id), end; one != end; ++one)
        EXPECT_TRUE(ids.insert((*one)[1]).second) << (*one)[1];
    const std::regex reference("(aria-labelledby=\"|href=\"#|url\\(#)([^\") ]+)");
    for (std::sregex_iterator one(page.begin(), page.end(), reference), end; one != end; ++one)
        EXPECT_TRUE(ids.contains((*one)[2])) << (*one)[2];
}

TEST(Report, LongListsAreCutAndSaySo) {
    std::string lines;
    for (int i = 0; i < 80; ++i)
        lines += R"({"time":"2026-11-26T09:00:00Z","outcome":"reject","mode":"enforce","recipients":[{"address":"x@d)" +
                 std::to_string(i) + R"(.example","tier":"unknown","action":"encrypt","result":"reject","reason":"no-key"}]})" +
                 "\n";
    EXPECT_THAT(page_of(lines), HasSubstr("The 50 most frequent are shown; there are 30 more domains."));
}

TEST(Report, SaysWhereOnePersonMayBeCountedTwice) {
    const std::string mail =
        R"({"time":"2026-11-26T09:00:00Z","outcome":"reject","mode":"enforce","recipients":[{"address":"zoe@yahoo.com","tier":"unknown","action":"encrypt","result":"reject","reason":"no-key"}]})"
        "\n";
    const std::string hashed =
        R"({"time":"2026-11-26T10:00:00Z","outcome":"reject","mode":"enforce","recipients":[{"address":"hmac-0123456789abcdef0123456789abcdef","tier":"unknown","action":"encrypt","result":"reject","reason":"no-key"}]})"
        "\n";
    constexpr auto warning = "Addresses stand here under 2 keys or forms";
    EXPECT_THAT(page_of(mail + hashed), HasSubstr(warning));
    EXPECT_THAT(page_of(mail + mail), Not(HasSubstr(warning)));
}

TEST(Report, PeriodIsWhatWasAskedOrWhatThereIs) {
    const auto counts = counted(small_log);
    auto in = input(counts);
    EXPECT_EQ(period_of(in).from, at("2026-11-20T09:00:00Z"));
    EXPECT_EQ(period_of(in).to, now);
    in.since = at("2026-10-28T12:00:00Z");
    in.until = at("2026-11-27T00:00:00Z");
    EXPECT_EQ(period_of(in).from, in.since);
    EXPECT_EQ(period_of(in).to, in.until);
    in.until = at("2030-01-01T00:00:00Z"); // nothing is known of the future
    EXPECT_EQ(period_of(in).to, now);
    in.now = at("2026-11-21T00:00:00Z"); // the clock was put back
    in.until = {};
    EXPECT_EQ(period_of(in).to, at("2026-11-26T12:00:00Z"));
}

} // namespace
} // namespace sealgate::policy
