// The log's answers: as a table, as JSON lines, as CSV, with addresses put back.
#include "keys/base/files.hpp"
#include "milter/audit/address_resolver.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit_commands/show.hpp"
#include "milter/audit_commands/stats.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using policy::address_form;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string key(64, 'a'), other_key(64, 'b');
const policy::pseudonyms whole(address_form::keyed, key), local(address_form::keyed_local, key),
    of_another_key(address_form::keyed, other_key);

struct answer {
    int status;
    std::string out, err;
};

// A log of a gateway that does not run, whose policy has no file, and the questions to it.
class AuditAnswers : public testing::Test {
protected:
    AuditAnswers() {
        gateway.state = directory;
        gateway.policy_path = directory / "policy.yaml";
        gateway.audit.address_key = directory / "address.key";
        fs::create_directories(gateway.audit_directory());
        write("address.key", key + "\n");
    }
    void write(const std::string& file, std::string_view text) const { std::ofstream(directory / file) << text; }

    void start(const policy::pseudonyms& names) { append(R"({"event":"start","address_key":")" + names.key_id() + "\"}"); }
    void decision(const std::string& sender, const std::string& recipient = "bob@partner.example") {
        append(R"({"time":"2026-11-23T09:00:00.000Z","id":"7Q2K-M4XD","sender":")" + sender +
               R"(","classification":"bygone","outcome":"deliver","recipients":[{"address":")" + recipient + "\"}]}");
    }
    void append(const std::string& line) const {
        std::ofstream(written_log(gateway.audit_directory()), std::ios::app) << line << '\n';
    }

    answer ask(int (*question)(const invocation&, const config&), std::vector<std::string_view> arguments) const {
        constexpr option_spec known[] = {{"--json", takes::nothing},     {"--csv", takes::nothing},
                                         {"--by", takes::value},         {"--event", takes::values},
                                         {"--sender", takes::values},    {"--recipient", takes::values},
                                         {"--domain", takes::values},    {"--tier", takes::values},
                                         {"--addresses", takes::values}, {"--classification", takes::values}};
        const auto called = parse_arguments(arguments, known);
        EXPECT_TRUE(called) << called.error();
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        const int status = question(*called, gateway);
        return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
    }
    answer reveal(std::string_view list) const {
        write("list", list);
        return ask(reveal_records, {"--json", "--addresses", (directory / "list").string()});
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path();
    config gateway;
};

const auto ann = policy::parse_address("ann@example.org"), eve = policy::parse_address("eve@example.org"),
           root = policy::parse_address("root");

TEST_F(AuditAnswers, PeopleAreFoundInBothKeyedFormsAndInClearWhicheverIsConfigured) {
    decision("ann@example.org");
    start(local);
    decision(local.of(ann));
    decision(whole.of(ann));
    decision(whole.of(eve));
    for (const auto form : {address_form::keyed, address_form::keyed_local}) {
        gateway.audit.addresses = form;
        const auto counted = ask(show_counts, {"--json", "--sender", "<Ann@example.org>"});
        EXPECT_EQ(counted.out, "{\"outcome\":\"deliver\",\"messages\":3}\n");
        EXPECT_EQ(counted.status, exit_yes);
        EXPECT_THAT(counted.err, IsEmpty());
    }
}

TEST_F(AuditAnswers, PeopleWhoMayBeCountedTwiceAreTold) {
    gateway.audit.addresses = address_form::keyed;
    start(local);
    decision(local.of(ann), local.of(root));
    decision(local.of(eve), local.of(ann));
    EXPECT_THAT(ask(show_counts, {"--by", "sender"}).err, IsEmpty());
    EXPECT_THAT(ask(show_counts, {"--by", "recipient"}).err, IsEmpty());
    decision(whole.of(ann), local.of(eve));
    EXPECT_THAT(
        ask(show_counts, {"--by", "sender"}).err,
        HasSubstr("addresses were hashed under 2 keys or forms (audit.addresses); one person may be counted more than"));
    EXPECT_THAT(ask(show_counts, {"--by", "recipient"}).err, IsEmpty());
    start(of_another_key);
    decision(of_another_key.of(ann), of_another_key.of(eve));
    EXPECT_THAT(ask(show_counts, {"--by", "sender"}).err, HasSubstr("under 3 keys or forms"));
    EXPECT_THAT(ask(show_counts, {"--by", "recipient"}).err, HasSubstr("under 2 keys or forms"));
    EXPECT_THAT(ask(show_counts, {"--by", "domain"}).err, IsEmpty());
}

TEST_F(AuditAnswers, EventsHaveNoRowsInCsv) {
    start(whole);
    const auto shown = ask(show_records, {"--event", "start", "--csv"});
    EXPECT_EQ(shown.status, exit_unusable);
    EXPECT_THAT(shown.out, IsEmpty());
    EXPECT_EQ(shown.err, "sealgate: --event: events have no rows in CSV; use --json\n");
    EXPECT_EQ(ask(show_records, {"--event", "start", "--json"}).status, exit_yes);
}

TEST_F(AuditAnswers, ListsAreReadAsPeopleWriteThem) {
    gateway.audit.addresses = address_form::keyed;
    start(whole);
    decision(whole.of(ann));
    for (const auto* list : {"ann@example.org",
                             "\xEF\xBB\xBF"
                             "ann@example.org\r\n",
                             "Ann <ann@example.org>\n", "<ann@example.org>", "# staff\n\n  \"Doe, Ann\" <ann@example.org>\n",
                             "Doe, Ann <ann@example.org>", "\"ann@example.org, they say\" <ann@example.org>"}) {
        const auto shown = reveal(list);
        EXPECT_THAT(shown.out, HasSubstr("\"sender\":\"ann@example.org\"")) << list;
        EXPECT_THAT(shown.err, IsEmpty()) << list;
    }
}

TEST_F(AuditAnswers, ListsThatWouldBeMisreadAreRefusedByFileAndLine) {
    gateway.audit.addresses = address_form::keyed;
    start(whole);
    decision(whole.of(ann));
    for (const auto& [list, said] :
         {std::pair<std::string, std::string>("# x\nann@example.org,bob@x.org\n",
                                              "list:2: \"ann@example.org,bob@x.org\" is not one"),
          {"ann@example.org bob@x.org", "list:1: \"ann@example.org bob@x.org\" is not one address or login; one a line"},
          {"ann@example.org, Bob <bob@x.org>", "list:1: "},
          {"<ann@example.org> <bob@x.org>", "list:1: "},
          {"eve@x.org\nm\xFCller@x.org", "list:2: it is not UTF-8"},
          {"\xFF\xFE"
           "a",
           "list:1: it is not UTF-8"},
          {"ann@example.org\nbob@yahoo.com\xC2\xA0\n", "list:2: it holds characters that cannot be seen"},
          {"ann@example.org\rbob@yahoo.com\r", "list:1: it holds characters that cannot be seen"},
          {std::string("a\0n\0", 4), "list:1: it holds characters that cannot be seen"}}) {
        const auto shown = reveal(list);
        EXPECT_EQ(shown.status, exit_unusable);
        EXPECT_THAT(shown.out, IsEmpty());
        EXPECT_THAT(shown.err, HasSubstr(said));
    }
}

TEST_F(AuditAnswers, ListThatPutsNothingBackIsTold) {
    gateway.audit.addresses = address_form::keyed;
    start(whole);
    decision(whole.of(ann));
    EXPECT_THAT(reveal("# nobody yet\n").err, HasSubstr("list: it names nobody"));
    EXPECT_THAT(reveal("eve@example.org\nanne@example.org\n").err,
                HasSubstr("none of the 2 addresses in --addresses occurs in what was shown"));
    EXPECT_THAT(reveal("eve@example.org\nann@example.org\n").err, IsEmpty());
}

TEST_F(AuditAnswers, WordsAreNotBlamedWhereThePolicyCannotBeRead) {
    decision("ann@example.org");
    EXPECT_EQ(ask(show_counts, {"--classification", "bygone"}).status, exit_yes) << "the log has it";
    for (const auto* option : {"--classification", "--tier"}) {
        const auto counted = ask(show_counts, {option, "public"});
        EXPECT_EQ(counted.status, exit_no);
        EXPECT_THAT(counted.err, AllOf(HasSubstr("the policy could not be read"), HasSubstr("policy.yaml"),
                                       HasSubstr("No such file"), Not(HasSubstr("is none of"))));
    }
}

TEST_F(AuditAnswers, WordsThatAreNoAddressesAreRefusedUnlessTheLogHasThem) {
    decision("root", "ops");
    decision("x@localhost", "ann@nohost");
    for (const auto& [option, value] : {std::pair("--sender", "Ann"),
                                        {"--sender", "ann@"},
                                        {"--sender", "@example.org"},
                                        {"--recipient", "bob"},
                                        {"--recipient", "root"}}) {
        const auto shown = ask(show_records, {option, value});
        EXPECT_EQ(shown.status, exit_unusable) << value;
        EXPECT_THAT(shown.err, HasSubstr("is no address, and the log has none like it; it takes a whole one, such as"));
    }
    EXPECT_EQ(ask(show_records, {"--domain", "yahoo"}).status, exit_unusable);
    EXPECT_THAT(ask(show_records, {"--domain", "yahoo"}).err, HasSubstr("a whole one, such as example.org"));
    EXPECT_EQ(ask(show_records, {"--domain", "yahoo.com"}).status, exit_no);
    EXPECT_EQ(ask(show_records, {"--sender", "eve@example.org"}).status, exit_no);
    for (const auto& [option, value] : {std::pair("--sender", "root"), {"--recipient", "Ops"}, {"--domain", "nohost"}})
        EXPECT_EQ(ask(show_records, {option, value}).status, exit_yes) << value;

    gateway.audit.addresses = address_form::keyed_local;
    start(local);
    decision(local.of(policy::parse_address("cron")));
    EXPECT_EQ(ask(show_records, {"--sender", "cron"}).status, exit_yes) << "as the log calls them";
    start(of_another_key);
    decision(of_another_key.of(ann));
    EXPECT_THAT(ask(show_records, {"--sender", "daemon"}).err, HasSubstr("hashed under another key")) << "nobody knows";
}

TEST_F(AuditAnswers, AdviceAboutTheKeyIsGivenOnce) {
    gateway.audit.addresses = address_form::keyed;
    write("address.key", std::string(64, 'A'));
    EXPECT_EQ(address_resolver(gateway).problem(), "the log's addresses are keyed: " + gateway.audit.address_key +
                                                       " is no key of 64 hex digits in lower case; put the former one back "
                                                       "(audit.address_key)");
    fs::remove(directory / "address.key");
    EXPECT_THAT(address_resolver(gateway).problem(), AllOf(HasSubstr("can't be read: "), HasSubstr("; put it back, and see")));
}

} // namespace
} // namespace sealgate::milter
