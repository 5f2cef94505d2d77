// The codes in force and those that were replaced.
#include "base/currencies.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace fairlead {
namespace {

constexpr std::array<std::string_view, 164> codes{
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD", "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN",
    "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD",
    "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR",
    "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD",
    "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD",
    "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE",
    "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "USN", "UYI",
    "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG",
};

constexpr std::pair<std::string_view, std::string_view> replaced[] = {
    {"ADP", "EUR"}, {"ATS", "EUR"}, {"BEF", "EUR"}, {"BGN", "EUR"}, {"CYP", "EUR"}, {"DEM", "EUR"}, {"EEK", "EUR"}, {"ESP", "EUR"}, {"FIM", "EUR"}, {"FRF", "EUR"},
    {"GRD", "EUR"}, {"HRK", "EUR"}, {"IEP", "EUR"}, {"ITL", "EUR"}, {"LTL", "EUR"}, {"LUF", "EUR"}, {"LVL", "EUR"}, {"MTL", "EUR"}, {"NLG", "EUR"}, {"PTE", "EUR"},
    {"SIT", "EUR"}, {"SKK", "EUR"}, {"XEU", "EUR"}, {"AFA", "AFN"}, {"ANG", "XCG"}, {"AZM", "AZN"}, {"BYR", "BYN"}, {"CSD", "RSD"}, {"CUC", "CUP"}, {"GHC", "GHS"},
    {"MGF", "MGA"}, {"MRO", "MRU"}, {"MZM", "MZN"}, {"PLZ", "PLN"}, {"ROL", "RON"}, {"RUR", "RUB"}, {"SDD", "SDG"}, {"SLL", "SLE"}, {"SRG", "SRD"}, {"STD", "STN"},
    {"TJR", "TJS"}, {"TMM", "TMT"}, {"TRL", "TRY"}, {"UAK", "UAH"}, {"VEB", "VES"}, {"VEF", "VES"}, {"YUM", "RSD"}, {"ZMK", "ZMW"}, {"ZWL", "ZWG"},
};

// Of list one: metals by the ounce, units of account between banks and funds (XAD since amendment 179, May 2025),
// bond units of the European markets, the code for tests and the one for none.
constexpr std::pair<std::string_view, std::string_view> not_paid[] = {
    {"XAD", "the accounting dinar of the Arab Monetary Fund"}, {"XAG", "silver"}, {"XAU", "gold"}, {"XBA", "a unit of the bond market"}, {"XBB", "a unit of the bond market"},
    {"XBC", "a unit of the bond market"}, {"XBD", "a unit of the bond market"}, {"XDR", "the special drawing right of the International Monetary Fund"}, {"XPD", "palladium"},
    {"XPT", "platinum"}, {"XSU", "the Sucre, a unit of account"}, {"XTS", "the code for tests"}, {"XUA", "the unit of account of the African Development Bank"}, {"XXX", "no currency"},
};

}  // namespace

std::string_view no_tender(std::string_view code) {
    for (const auto& [known, what] : not_paid)
        if (known == code) return what;
    return {};
}

std::span<const std::string_view> active_currencies() { return codes; }

bool is_active(Currency currency) { return std::binary_search(codes.begin(), codes.end(), std::string_view(currency.code.data(), 3)); }

std::string_view successor_of(std::string_view code) {
    for (const auto& [old, now] : replaced)
        if (old == code) return now;
    return {};
}

Result<Currency> currency_in_force(std::string_view code, const std::string& field) {
    const auto currency = Currency::parse(trim(code));
    if (currency && is_active(*currency)) return *currency;
    const std::string shown = currency ? currency->text() : std::string(trim(code));
    if (const std::string now(successor_of(shown)); !now.empty())
        return refuse(Why::invalid, "replaced_currency", "The currency " + shown + " is no longer in force: write the amount in " + now, field, {{"code", shown}, {"now", now}});
    if (const std::string what(no_tender(shown)); !what.empty())
        return refuse(Why::invalid, "no_tender", shown + " stands for " + what + ", in which nobody pays: write the amount in a currency, as USD or VND", field, {{"code", shown}});
    return refuse(Why::invalid, "unknown_currency", "There is no currency " + shown + ": a code of ISO 4217 in force is needed, as USD or VND", field, {{"code", shown}});
}

}  // namespace fairlead
