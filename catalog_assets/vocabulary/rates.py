"""Rough exchange rates for the demo and until a catalogue has rates of its own.

Belongs here: the embedded table. Does not belong here: reading a real rates file (`catalog_assets/rates.py`).

Rounded by hand to about two digits for the beginning of 2026: good enough to see that two prices are near each other or
a power of ten apart. No quote, and nothing to do accounts with.
"""

PER_EURO: dict[str, str] = {
    "EUR": "1", "USD": "1.17", "GBP": "0.87", "JPY": "183", "CHF": "0.93", "SEK": "10.9", "NOK": "11.8", "DKK": "7.47",
    "ISK": "147", "PLN": "4.23", "CZK": "24.2", "HUF": "385", "RON": "5.09", "BGN": "1.95583", "RSD": "117",
    "TRY": "50", "UAH": "49.6", "ILS": "3.75", "AED": "4.3", "SAR": "4.4", "ZAR": "19.5", "EGP": "55.7",
    "CAD": "1.61", "AUD": "1.76", "NZD": "2.03", "MXN": "21.1", "BRL": "6.45", "CLP": "1060", "COP": "4420",
    "ARS": "1700", "PEN": "3.95", "CNY": "8.2", "HKD": "9.13", "TWD": "36.8", "KRW": "1690", "INR": "105",
    "IDR": "19600", "MYR": "4.76", "PHP": "69", "SGD": "1.51", "THB": "36.9", "VND": "30800", "PKR": "329",
    "BDT": "143", "LKR": "363", "KZT": "594", "NGN": "1690", "KES": "151", "MAD": "10.7",
}  # fmt: skip
"""ISO 4217 code -> units for one euro."""

SINCE = "2000-01-01"
"""The day on which the table begins to count: before any feed."""
