// A Vendure shop that runs in a process of its own, with one thing to buy, and its customers.
import { randomBytes } from 'node:crypto';
import { plainTransport } from '../support/plain-transport';
import { ServerProcess } from './servers';

const PLACE_ORDER = [
  `mutation { setCustomerForOrder(input: { firstName: "A", lastName: "B", emailAddress: "a@example.com" }) {
    __typename ... on ErrorResult { errorCode } } }`,
  `mutation { setOrderShippingAddress(input: { streetLine1: "1", city: "B", postalCode: "1", countryCode: "DE" }) {
    __typename ... on ErrorResult { errorCode } } }`,
] as const;

export class VendureShop {
  readonly username = 'perkgate';
  readonly price = 1_000;
  /** A promotion that is switched off, and what its copies take off. */
  readonly offer = 'latte';
  readonly discount = 300;
  readonly startedAt = Math.floor(performance.timeOrigin + performance.now());
  private variantId = '';

  private constructor(
    private readonly url: string,
    readonly password: string,
    private readonly server: ServerProcess,
  ) {}

  static async open(): Promise<VendureShop> {
    const password = randomBytes(12).toString('hex');
    const { server, found } = await ServerProcess.start(['run-vendure.mjs', password], /http:\/\/\S+(?=\n)/);
    const shop = new VendureShop(found, password, server);
    await shop.stockUp();
    return shop;
  }

  get adminUrl(): string {
    return `${this.url}/admin-api`;
  }

  /** What an order with the coupon costs in the end. Throws with the shop's error code when the coupon is refused. */
  async buyWith(code: string): Promise<number> {
    const customer = new Visitor(`${this.url}/shop-api`);
    await customer.ask(`mutation { addItemToOrder(productVariantId: "${this.variantId}", quantity: 1) {
      __typename ... on ErrorResult { errorCode } } }`);
    await customer.ask(
      `mutation { applyCouponCode(couponCode: "${code}") { __typename ... on ErrorResult { errorCode } } }`,
    );
    for (const step of PLACE_ORDER) await customer.ask(step);
    const { eligibleShippingMethods } = await customer.ask('{ eligibleShippingMethods { id } }');
    await customer.ask(`mutation { setOrderShippingMethod(shippingMethodId: ["${eligibleShippingMethods[0].id}"]) {
      __typename ... on ErrorResult { errorCode } } }`);
    await customer.ask(`mutation { transitionOrderToState(state: "ArrangingPayment") {
      __typename ... on ErrorResult { errorCode } } }`);
    const { eligiblePaymentMethods } = await customer.ask('{ eligiblePaymentMethods { code } }');
    const { addPaymentToOrder } = await customer.ask(`mutation {
      addPaymentToOrder(input: { method: "${eligiblePaymentMethods[0].code}", metadata: {} }) {
        __typename ... on Order { state totalWithTax } ... on ErrorResult { errorCode } } }`);
    return addPaymentToOrder.totalWithTax;
  }

  /** Every token that was given out serves no longer. */
  async forgetSessions(): Promise<void> {
    const admin = await this.admin();
    await admin.ask(`mutation { updateActiveAdministrator(input: { password: "${this.password}" }) { id } }`);
  }

  async close(): Promise<void> {
    await this.server.stop();
  }

  private async admin(): Promise<Visitor> {
    const admin = new Visitor(this.adminUrl);
    await admin.ask(`mutation { login(username: "${this.username}", password: "${this.password}") {
      __typename ... on ErrorResult { errorCode } } }`);
    return admin;
  }

  private async stockUp(): Promise<void> {
    const admin = await this.admin();
    const { createProduct } = await admin.ask(`mutation { createProduct(input: { enabled: true, translations: [
      { languageCode: en, name: "Tea", slug: "tea", description: "Tea" }] }) { id } }`);
    const { createProductVariants } = await admin.ask(`mutation { createProductVariants(input: [{
      productId: "${createProduct.id}", sku: "tea", price: ${this.price}, stockOnHand: 100, trackInventory: FALSE,
      translations: [{ languageCode: en, name: "Tea" }] }]) { id } }`);
    this.variantId = createProductVariants[0].id;
    await admin.ask(`mutation { createPromotion(input: { enabled: false,
      conditions: [{ code: "minimum_order_amount", arguments: [
        { name: "amount", value: "100" }, { name: "taxInclusive", value: "false" }] }],
      actions: [{ code: "order_fixed_discount", arguments: [{ name: "discount", value: "${this.discount}" }] }],
      translations: [{ languageCode: en, name: "${this.offer}" }] }) {
        __typename ... on ErrorResult { errorCode } } }`);
  }
}

/** Somebody who speaks GraphQL and keeps the token that the shop hands out. */
class Visitor {
  private token: string | undefined;

  constructor(private readonly url: string) {}

  async ask(query: string) {
    const reply = await plainTransport.send({
      method: 'POST',
      url: this.url,
      headers: { 'content-type': 'application/json', ...(this.token && { authorization: `Bearer ${this.token}` }) },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(20_000),
    });
    if (reply.kind === 'NO_REPLY') throw new Error(reply.message);
    this.token = reply.headers['vendure-auth-token'] ?? this.token;
    const { data, errors } = JSON.parse(reply.body);
    const refused = Object.values(data ?? {}).find((part) => (part as { errorCode?: string })?.errorCode !== undefined);
    const code = (refused as { errorCode?: string } | undefined)?.errorCode;
    if (errors !== undefined || code !== undefined) throw new Error(code ?? JSON.stringify(errors));
    return data;
  }
}
