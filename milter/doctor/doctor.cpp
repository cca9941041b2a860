#include "milter/doctor/doctor.hpp"

#include "milter/cli/json_line.hpp"
#include "milter/doctor/file_findings.hpp"
#include "milter/doctor/limit_findings.hpp"
#include "milter/doctor/machine_findings.hpp"
#include "milter/doctor/milter_findings.hpp"
#include "milter/doctor/probe.hpp"
#include "milter/doctor/route_findings.hpp"
#include "milter/doctor/settings_findings.hpp"
#include "milter/doctor/socket_findings.hpp"
#include "milter/doctor/submit_port_findings.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <unistd.h>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_text = 1000;

void print(const findings& all, const std::vector<std::string>& tried) {
    for (const auto& one : all) {
        std::cout << (is_advice(one.kind) ? "advice: " : "") << policy::name_of(one.kind) << ": "
                  << text::printable(one.what, longest_text) << " (" << text::printable(one.where, longest_text) << ")"
                  << (one.mend.empty() ? "" : "; mend: " + text::printable(one.mend, longest_text)) << '\n';
    }
    if (std::ranges::all_of(all, is_advice, &doctor_finding::kind))
        std::cout << "nothing is wrong; tried: " << text::join(tried, ", ") << '\n';
}

void print_json(const findings& all, const std::vector<std::string>& tried, bool is_well) {
    json::array out;
    for (const auto& one : all)
        out.push_back(json::object{{"name", policy::name_of(one.kind)},
                                   {"advice", is_advice(one.kind)},
                                   {"what", one.what},
                                   {"where", one.where},
                                   {"mend", one.mend.empty() ? json::value(nullptr) : json::value(one.mend)}});
    print_json_line(
        json::object{{"ok", is_well}, {"tried", json::array(tried.begin(), tried.end())}, {"findings", std::move(out)}});
}

} // namespace

int cmd_doctor(const invocation& called) {
    if (::geteuid() != 0)
        return complain("must be run as root: it tries as Postfix and as the gateway's user what they need"), exit_unusable;
    findings all;
    const auto of = look_at_installation(called, all);
    if (!of) return exit_unusable;
    std::vector<std::string> tried{"Postfix's configuration"};
    const auto add = [&](findings found) { std::ranges::move(found, std::back_inserter(all)); };
    add(milter_findings(*of));
    add(limit_findings(*of));
    add(route_findings(*of));
    tried.emplace_back("the socket as smtpd and cleanup");
    auto of_socket = socket_findings(*of);
    const bool answers = of_socket.empty();
    add(std::move(of_socket));
    tried.emplace_back("the submit port");
    add(submit_port_findings(*of));
    tried.emplace_back("files as " + of->gateway_user.name);
    add(file_findings(*of));
    add(settings_findings(*of));
    add(machine_findings(*of));
    if (answers) add(probe_ports(*of, tried));
    std::ranges::stable_sort(all, {}, &doctor_finding::kind);
    const bool is_well = std::ranges::all_of(all, is_advice, &doctor_finding::kind);
    if (called.json())
        print_json(all, tried, is_well);
    else
        print(all, tried);
    return is_well ? exit_yes : exit_no;
}

} // namespace sealgate::milter
