import AdapterKit
import AmazonFeed
import BuuDienFeed
import Canonical
import JapanSheet
import KoreaSheet
import ProducerSheet
import SupplierXML

extension AdapterRegistry {
  /// The adapters of this program. A new format is a new folder in `Plugins` and one line here.
  static let firstParty = AdapterRegistry([
    CanonicalAdapter(),
    WorkbookAdapter.producerSheet,
    TableAdapter.delimited,
    ElementAdapter.supplierXML,
    TableAdapter.buuDienFeed,
    TableAdapter.amazonFeed,
    WorkbookAdapter.japanSheet,
    WorkbookAdapter.koreaSheet,
  ])
}
